import { array, instant, object, shown } from "./reading.ts";

/** Relative, so that the page also works below a path of a reverse proxy. */
const BASE = "api/v1/";
const TOKEN_KEY = "mcp-realtime.token";
const PATIENCE_MS = 20_000;

/** The API wants a token, or another one than it was given. */
export class TokenNeeded extends Error {}

/** The API did not answer, or not as it should; the message is for people. */
export class ApiError extends Error {
  /** Of HTTP; null when there was no answer. */
  readonly status: number | null;

  constructor(message: string, status: number | null = null) {
    super(message);
    this.status = status;
  }
}

export interface ServerList {
  /** The server's clock when it answered. */
  readonly at: number | null;
  readonly servers: readonly unknown[];
}

export function rememberToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token);
}

export async function fetchServers(): Promise<ServerList> {
  const body = object(await getJson("servers?recent=60"));
  return { at: instant(body["at"]), servers: array(body["servers"]) };
}

export async function fetchEvents(server: string): Promise<readonly unknown[]> {
  const body = object(await getJson(`events?server=${encodeURIComponent(server)}&limit=20`));
  return array(body["events"]);
}

/** The servers without their samples: what is known of each. */
export async function fetchWatches(): Promise<readonly unknown[]> {
  return array(object(await getJson("servers"))["servers"]);
}

/** What was unusual about a server in the last minutes. */
export async function fetchAnomalies(server: string, minutes: number): Promise<unknown> {
  return getJson(`servers/${encodeURIComponent(server)}/anomalies?minutes=${minutes}`);
}

export async function fetchIncidents(): Promise<readonly unknown[]> {
  return array(object(await getJson("incidents"))["incidents"]);
}

/** What should be changed, and what became of that. */
export async function fetchRecommendations(): Promise<unknown> {
  return getJson("recommendations");
}

/** What limited services are used for. */
export async function fetchBudget(): Promise<unknown> {
  return getJson("budget");
}

/** The servers that offer something else than what is approved. */
export async function fetchDrifts(): Promise<readonly unknown[]> {
  return array(object(await getJson("drift"))["drifts"]);
}

/** How the monitor gets on with its probes. */
export async function fetchProbing(): Promise<unknown> {
  return object(await getJson("stats"))["probing"];
}

/** The newest events of all servers. */
export async function fetchNewestEvents(limit: number): Promise<readonly unknown[]> {
  return array(object(await getJson(`events?limit=${limit}`))["events"]);
}

/** What a server offers against what is approved; null where the monitor does not know. */
export async function fetchCatalog(server: string): Promise<unknown> {
  try {
    return await getJson(`servers/${encodeURIComponent(server)}/catalog`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return null;
    }
    throw error;
  }
}

/** Approves what a server offers, if that is still what the hash stands for; an {@link ApiError} says why not. */
export async function approveCatalog(server: string, hash: string): Promise<unknown> {
  const response = await send(`servers/${encodeURIComponent(server)}/catalog/approve`, {
    method: "POST",
    headers: headers("application/json", { "Content-Type": "application/json" }),
    body: JSON.stringify({ hash }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) {
    throw new ApiError(await detail(response), response.status);
  }
  return json(response);
}

/** Opens the live stream: the answer's body is the stream. */
export async function openStream(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const response = await request("stream", "text/event-stream", signal);
  if (response.body === null) {
    throw new ApiError("The live stream came without a body.");
  }
  return response.body;
}

async function getJson(path: string): Promise<unknown> {
  return json(await request(path, "application/json", AbortSignal.timeout(PATIENCE_MS)));
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new ApiError("The monitor's answer was cut short, or is not JSON.");
  }
}

/** Why the monitor refused, in its own words. */
async function detail(response: Response): Promise<string> {
  const problem = object(await response.json().catch(() => null));
  return shown(problem["detail"], 500) ?? `The monitor answered with HTTP status ${response.status}.`;
}

async function request(path: string, accept: string, signal: AbortSignal): Promise<Response> {
  const response = await send(path, { headers: headers(accept), signal });
  if (response.status === 401) {
    throw new TokenNeeded(token() === null ? "" : "The monitor did not accept this token.");
  }
  if (response.status === 403) {
    throw new TokenNeeded("This token is not allowed to read. One with the scope “read” is needed.");
  }
  if (!response.ok) {
    throw new ApiError(`The monitor answered with HTTP status ${response.status}.`, response.status);
  }
  return response;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(BASE + path, { ...init, cache: "no-store" });
  } catch {
    throw new ApiError("The monitor cannot be reached.");
  }
}

function headers(accept: string, more: Readonly<Record<string, string>> = {}): Headers {
  const result = new Headers({ Accept: accept, ...more });
  const known = token();
  if (known !== null) {
    result.set("Authorization", `Bearer ${known}`);
  }
  return result;
}

function token(): string | null {
  return sessionStorage.getItem(TOKEN_KEY);
}

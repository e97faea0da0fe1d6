import { array, instant, object } from "./reading.ts";

/** Relative, so that the page also works below a path of a reverse proxy. */
const BASE = "api/v1/";
const TOKEN_KEY = "mcp-realtime.token";
const PATIENCE_MS = 20_000;

/** The API wants a token, or another one than it was given. */
export class TokenNeeded extends Error {}

/** The API did not answer, or not as it should; the message is for people. */
export class ApiError extends Error {}

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

/** Opens the live stream: the answer's body is the stream. */
export async function openStream(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const response = await request("stream", "text/event-stream", signal);
  if (response.body === null) {
    throw new ApiError("The live stream came without a body.");
  }
  return response.body;
}

async function getJson(path: string): Promise<unknown> {
  const response = await request(path, "application/json", AbortSignal.timeout(PATIENCE_MS));
  try {
    return await response.json();
  } catch {
    throw new ApiError("The monitor's answer was cut short, or is not JSON.");
  }
}

async function request(path: string, accept: string, signal: AbortSignal): Promise<Response> {
  const headers = new Headers({ Accept: accept });
  const token = sessionStorage.getItem(TOKEN_KEY);
  if (token !== null) {
    headers.set("Authorization", `Bearer ${token}`);
  }
  let response: Response;
  try {
    response = await fetch(BASE + path, { headers, signal, cache: "no-store" });
  } catch {
    throw new ApiError("The monitor cannot be reached.");
  }
  if (response.status === 401) {
    throw new TokenNeeded(token === null ? "" : "The monitor did not accept this token.");
  }
  if (response.status === 403) {
    throw new TokenNeeded("This token is not allowed to read. One with the scope “read” is needed.");
  }
  if (!response.ok) {
    throw new ApiError(`The monitor answered with HTTP status ${response.status}.`);
  }
  return response;
}

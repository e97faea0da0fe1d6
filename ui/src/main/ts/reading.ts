// From JSON to the page's own types. A field that is absent, null or of another type becomes null,
// and a state that a newer server invents becomes UNKNOWN, so that nothing is shown as green by mistake.

import { STATES, type MonitoringEvent, type Point, type Server, type Stage, type State, type Verdict } from "./model.ts";

export type Json = Readonly<Record<string, unknown>>;

const VERDICTS: readonly string[] = ["PASSED", "WARNING", "FAILED", "SKIPPED"];
const KNOWN_STATES: readonly string[] = STATES;

export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function instant(value: unknown): number | null {
  return typeof value === "string" ? number(Date.parse(value)) : null;
}

export function state(value: unknown): State {
  return typeof value === "string" && KNOWN_STATES.includes(value) ? (value as State) : "UNKNOWN";
}

export function stages(value: unknown): Stage[] {
  return array(value).map((raw) => {
    const stage = object(raw);
    const verdict = text(stage["verdict"]);
    return {
      stage: text(stage["stage"]) ?? "",
      verdict: verdict !== null && VERDICTS.includes(verdict) ? (verdict as Verdict) : "SKIPPED",
      timeMs: number(stage["timeMs"]),
      detail: text(stage["detail"]),
    };
  });
}

/** The stage that a person should look at: the first that failed, else the first with a warning. */
export function failingStage(of: readonly Stage[]): string | null {
  const found = of.find((stage) => stage.verdict === "FAILED") ?? of.find((stage) => stage.verdict === "WARNING");
  return found?.stage ?? null;
}

function points(value: unknown): Point[] {
  const result: Point[] = [];
  for (const raw of array(value)) {
    const point = object(raw);
    const at = instant(point["at"]);
    if (at !== null) {
      result.push({ at, state: state(point["state"]), ms: number(point["responseTimeMs"]) });
    }
  }
  return result;
}

/** The server of a list's element, or null where it has no id. */
export function server(raw: unknown): Server | null {
  const json = object(raw);
  const id = text(json["id"]);
  if (id === null) {
    return null;
  }
  return {
    id,
    transport: text(json["transport"]),
    target: text(json["target"]),
    state: state(json["state"]),
    since: instant(json["since"]),
    reason: text(json["reason"]),
    failingStage: text(json["failingStage"]),
    era: text(json["era"]),
    protocolVersion: text(json["protocolVersion"]),
    serverName: text(json["serverName"]),
    toolCount: number(json["toolCount"]),
    responseTimeMs: number(json["responseTimeMs"]),
    lastCheckAt: instant(json["lastCheckAt"]),
    circuit: text(json["circuit"]),
    stages: stages(json["stages"]),
    recent: points(json["recent"]),
  };
}

/** The event of a list's element or of the stream, or null where it has no id. */
export function event(raw: unknown): MonitoringEvent | null {
  const json = object(raw);
  const id = text(json["id"]);
  if (id === null) {
    return null;
  }
  return {
    id,
    server: text(json["server"]),
    at: instant(json["at"]),
    type: text(json["type"]) ?? "event",
    severity: text(json["severity"])?.toLowerCase() ?? "info",
    message: text(json["message"]) ?? "",
  };
}

// From JSON to the page's own types. A field that is absent, null or of another type becomes null,
// and a state that a newer server invents becomes UNKNOWN, so that nothing is shown as green by mistake.

import { health } from "./health.ts";
import {
  STATES,
  type MonitoringEvent,
  type Point,
  type Server,
  type Stage,
  type State,
  type Verdict,
} from "./model.ts";
import { watch } from "./watch.ts";

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

/** Longer texts of servers are cut: nobody reads them, and they would fill the page. */
const LONGEST = 1_000;
/** Characters that nobody sees, or that turn the text around them: a server's text must not play with the page's. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A text that others wrote, fit to be shown: of a bounded length, and what is not seen by its code point. */
export function shown(value: unknown, longest = LONGEST): string | null {
  const whole = text(value);
  if (whole === null) {
    return null;
  }
  const cut = whole.length <= longest ? whole : `${whole.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…`;
  return cut.replace(UNSEEN, (unseen) => `\\u{${unseen.charCodeAt(0).toString(16)}}`);
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
      stage: shown(stage["stage"], 40) ?? "",
      verdict: verdict !== null && VERDICTS.includes(verdict) ? (verdict as Verdict) : "SKIPPED",
      timeMs: number(stage["timeMs"]),
      detail: shown(stage["detail"]),
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
    target: shown(json["target"]),
    state: state(json["state"]),
    since: instant(json["since"]),
    reason: shown(json["reason"]),
    failingStage: shown(json["failingStage"]),
    era: shown(json["era"], 40),
    protocolVersion: shown(json["protocolVersion"], 40),
    serverName: shown(json["serverName"], 200),
    toolCount: number(json["toolCount"]),
    responseTimeMs: number(json["responseTimeMs"]),
    lastCheckAt: instant(json["lastCheckAt"]),
    circuit: text(json["circuit"]),
    stages: stages(json["stages"]),
    recent: points(json["recent"]),
    watch: watch(json["watch"]),
    health: health(json["health"]),
    found: null,
    drift: null,
    changes: [],
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
    message: shown(json["message"]) ?? "",
    changeClass: text(object(json["details"])["class"]),
  };
}

// What the monitor knows of a server beside its samples: `watch` of the API.

import { array, instant, number, object, shown, text, type Json } from "./reading.ts";

export interface Canary {
  readonly tool: string;
  /** passed, failed or stopped. */
  readonly outcome: string;
  readonly timeMs: number | null;
  readonly detail: string | null;
}

/** A stdio server's process; memory is that of all that it started. */
export interface Process {
  readonly pid: number | null;
  readonly uptimeSeconds: number | null;
  readonly memoryBytes: number | null;
  readonly cpuTimeMs: number | null;
  readonly starts: number | null;
  readonly lastEnd: string | null;
}

/** What our probes are to the server. */
export interface Load {
  readonly since: number | null;
  readonly probes: number | null;
  readonly requests: number | null;
  /** Of the time, how much a probe was under way: 0 to 1. */
  readonly share: number | null;
  /** From one probe to the next. */
  readonly intervals: number | null;
}

export interface Expiry {
  /** certificate or token. */
  readonly kind: string;
  readonly subject: string;
  readonly at: number;
}

/** One try to bring the server back. */
export interface Attempt {
  readonly at: number | null;
  readonly action: string;
  /** pending, helped, did_not_help or failed. */
  readonly outcome: string;
  readonly detail: string | null;
}

export interface Watch {
  /** By which its state was found. */
  readonly rule: string | null;
  /** Another state that the last probe found, in words. */
  readonly doubt: string | null;
  readonly flapping: boolean;
  readonly circuit: string | null;
  readonly heldUntil: number | null;
  readonly load: Load | null;
  readonly process: Process | null;
  readonly canaries: readonly Canary[];
  readonly expiries: readonly Expiry[];
  readonly recovery: readonly Attempt[];
}

/** So many of each list are shown; the monitor keeps fewer. */
const MOST_ITEMS = 50;
const NAME = 200;

/** The watch of a server, or null where it is not probed here. */
export function watch(raw: unknown): Watch | null {
  if (typeof raw !== "object" || raw === null) {
    return null;
  }
  const json = object(raw);
  return {
    rule: text(json["rule"]),
    doubt: shown(json["doubt"]),
    flapping: json["flapping"] === true,
    circuit: text(json["circuit"]),
    heldUntil: instant(json["heldUntil"]),
    load: part(json["load"], load),
    process: part(json["process"], process),
    canaries: items(json["canaries"], canary),
    expiries: items(json["expiries"], expiry),
    recovery: items(json["recovery"], attempt),
  };
}

function part<T>(raw: unknown, read: (json: Json) => T): T | null {
  return typeof raw === "object" && raw !== null ? read(object(raw)) : null;
}

function items<T>(raw: unknown, read: (json: Json) => T | null): T[] {
  return array(raw)
    .slice(0, MOST_ITEMS)
    .flatMap((one) => read(object(one)) ?? []);
}

function load(json: Json): Load {
  return {
    since: instant(json["since"]),
    probes: number(json["probes"]),
    requests: number(json["requests"]),
    share: number(json["probeShare"]),
    intervals: number(json["intervals"]),
  };
}

function process(json: Json): Process {
  return {
    pid: number(json["pid"]),
    uptimeSeconds: number(json["uptimeSeconds"]),
    memoryBytes: number(json["memoryBytes"]),
    cpuTimeMs: number(json["cpuTimeMs"]),
    starts: number(json["starts"]),
    lastEnd: shown(json["lastEnd"]),
  };
}

function canary(json: Json): Canary | null {
  const tool = shown(json["tool"], NAME);
  const outcome = text(json["outcome"]);
  return tool === null || outcome === null
    ? null
    : { tool, outcome, timeMs: number(json["timeMs"]), detail: shown(json["detail"]) };
}

function expiry(json: Json): Expiry | null {
  const at = instant(json["at"]);
  return at === null
    ? null
    : { kind: shown(json["kind"], NAME) ?? "", subject: shown(json["subject"], NAME) ?? "", at };
}

function attempt(json: Json): Attempt | null {
  const outcome = text(json["outcome"]);
  return outcome === null
    ? null
    : {
        at: instant(json["at"]),
        action: shown(json["action"], NAME) ?? "",
        outcome,
        detail: shown(json["detail"]),
      };
}

import type { State, Verdict } from "./model.ts";

/** What stands where a value is not known. */
export const ABSENT = "–";

export const STATE_WORDS: Readonly<Record<State, string>> = {
  DOWN: "Down",
  EMPTY: "No tools",
  AUTH_REQUIRED: "Login needed",
  DEGRADED: "Degraded",
  UNKNOWN: "Not checked",
  HEALTHY: "Healthy",
};

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  PASSED: "Passed",
  WARNING: "Warning",
  FAILED: "Failed",
  SKIPPED: "Skipped",
};

const STAGE_WORDS: Readonly<Record<string, string>> = {
  start: "Start process",
  resolve: "Resolve name",
  connect: "Connect",
  tls: "TLS",
  request: "First request",
  authentication: "Sign in",
  handshake: "Handshake",
  list: "List tools",
  canary: "Canary call",
};

const TRANSPORT_WORDS: Readonly<Record<string, string>> = { stdio: "stdio", http: "HTTP", sse: "SSE" };

const CIRCUIT_WORDS: Readonly<Record<string, string>> = {
  CLOSED: "Closed",
  OPEN: "Open: probes are held back",
  HALF_OPEN: "Half open: one probe is tried",
};

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** A time with its unit: 0.4 ms, 42 ms, 1,204 ms. */
export function millis(ms: number | null): string {
  if (ms === null) {
    return ABSENT;
  }
  return `${ms < 10 ? tenths.format(ms) : whole.format(ms)} ms`;
}

/** A share of 1 as a percentage: 0.3 %, 12 %. */
export function percent(share: number): string {
  const percentage = share * 100;
  return `${percentage < 10 ? tenths.format(percentage) : whole.format(percentage)} %`;
}

/** A size with its unit: 812 kB, 42 MB, 1.4 GB. */
export function bytes(size: number | null): string {
  if (size === null) {
    return ABSENT;
  }
  const units = ["kB", "MB", "GB"];
  let value = size / 1_000;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${value < 10 ? tenths.format(value) : whole.format(value)} ${units[unit] ?? ""}`;
}

/** A time that was used up: 420 ms, 12.4 s, 9 min. */
export function used(ms: number | null): string {
  if (ms === null || ms < 1_000) {
    return millis(ms);
  }
  return ms < 60_000 ? `${tenths.format(ms / 1_000)} s` : ago(0, ms);
}

export function count(value: number | null): string {
  return value === null ? ABSENT : whole.format(value);
}

/** How long ago, in the largest unit that says enough: 12 s, 5 min, 3 h, 4 d. */
export function ago(at: number | null, now: number): string {
  if (at === null) {
    return ABSENT;
  }
  const seconds = Math.max(0, Math.floor((now - at) / 1_000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    return `${hours} h`;
  }
  return `${Math.floor(hours / 24)} d`;
}

/** Date, time and zone, as the reader's locale writes them. */
export function exact(at: number | null): string {
  return at === null ? "" : exactFormat.format(at);
}

/** The time of day to the second. */
export function clock(at: number): string {
  return clockFormat.format(at);
}

export function stageWord(stage: string): string {
  return STAGE_WORDS[stage] ?? stage;
}

export function transportWord(transport: string | null): string {
  return transport === null ? ABSENT : (TRANSPORT_WORDS[transport] ?? transport);
}

export function circuitWord(circuit: string | null): string {
  return circuit === null ? ABSENT : (CIRCUIT_WORDS[circuit] ?? circuit);
}

/** How a server speaks MCP: its era and revision, as far as known. */
export function dialect(era: string | null, protocolVersion: string | null): string {
  return [era?.toLowerCase() ?? null, protocolVersion].filter((part) => part !== null).join(" · ");
}

/** `status_change` as words. */
export function eventWord(type: string): string {
  const words = type.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

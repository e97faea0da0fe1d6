import type { Health } from "./health.ts";
import type { Watch } from "./watch.ts";

/** The states of a server, worst first: the order in which a person wants to see them. */
export const STATES = ["DOWN", "EMPTY", "AUTH_REQUIRED", "DEGRADED", "UNKNOWN", "HEALTHY"] as const;
export type State = (typeof STATES)[number];

/** The stages of a probe, in the order in which they run. */
export const STAGES = [
  "start",
  "resolve",
  "connect",
  "tls",
  "request",
  "authentication",
  "handshake",
  "list",
  "canary",
] as const;

export type Verdict = "PASSED" | "WARNING" | "FAILED" | "SKIPPED";

export interface Stage {
  readonly stage: string;
  readonly verdict: Verdict;
  readonly timeMs: number | null;
  readonly detail: string | null;
}

/** One reading of a server; `at` in milliseconds since the epoch, as every instant here. */
export interface Point {
  readonly at: number;
  readonly state: State;
  readonly ms: number | null;
}

/** What the last probe found. It is the declared state only when enough probes agree. */
export interface Found {
  readonly state: State;
  readonly reason: string | null;
  readonly failingStage: string | null;
}

/** A server as the page knows it. What is not known is null, never 0. */
export interface Server {
  readonly id: string;
  readonly transport: string | null;
  readonly target: string | null;
  readonly state: State;
  readonly since: number | null;
  readonly reason: string | null;
  readonly failingStage: string | null;
  readonly era: string | null;
  readonly protocolVersion: string | null;
  readonly serverName: string | null;
  readonly toolCount: number | null;
  readonly responseTimeMs: number | null;
  readonly lastCheckAt: number | null;
  readonly circuit: string | null;
  readonly stages: readonly Stage[];
  readonly recent: readonly Point[];
  readonly watch: Watch | null;
  readonly health: Health | null;
  /** Null until a probe's record comes in. */
  readonly found: Found | null;
  /** How it differs from what is approved of it, in words. */
  readonly drift: string | null;
  /** When its catalog changed, oldest first. */
  readonly changes: readonly number[];
}

/** How many readings a server keeps on the page. */
export const RECENT = 60;

/** The type of the events that tell of another catalog, and of its approval. */
export const CATALOG_CHANGED = "schema_drift";

export interface MonitoringEvent {
  readonly id: string;
  readonly server: string | null;
  readonly at: number | null;
  readonly type: string;
  readonly severity: string;
  readonly message: string;
  /** Of a changed catalog: breaking, wording or additive. */
  readonly changeClass: string | null;
}

/** Whether a server in this state answers MCP requests. */
export function isUp(state: State): boolean {
  return state === "HEALTHY" || state === "DEGRADED" || state === "EMPTY";
}

/** 0 for the worst state. */
export function rankOfState(state: State): number {
  return STATES.indexOf(state);
}

import { unusualWords } from "./health.ts";
import { rankOfState, STAGES, type Server, type State } from "./model.ts";

export const SORT_KEYS = ["state", "health", "name", "protocol", "latency", "tools", "problem", "since"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** What of the list is shown, and in which order. */
export interface View {
  readonly query: string;
  /** Only these states; all of them when empty. */
  readonly states: ReadonlySet<State>;
  /** Only the servers of this incident; null for all. */
  readonly incident: string | null;
  readonly sort: SortKey;
  readonly descending: boolean;
}

const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

type Value = number | string | null;

function value(server: Server, key: SortKey): Value {
  switch (key) {
    case "state":
      return rankOfState(server.state);
    case "health":
      return server.health?.score ?? null;
    case "name":
      return server.id;
    case "protocol":
      return server.transport === null ? null : `${server.transport} ${server.protocolVersion ?? ""}`;
    case "latency":
      return server.responseTimeMs;
    case "tools":
      return server.toolCount;
    case "problem": {
      const stage = (STAGES as readonly (string | null)[]).indexOf(server.failingStage);
      return stage < 0 ? null : stage;
    }
    case "since":
      // The latest change first, as a person asks “what has just happened”.
      return server.since === null ? null : -server.since;
  }
}

function compare(left: Value, right: Value, descending: boolean): number {
  if (left === null || right === null) {
    // What is not known stands last in both directions.
    return Number(left === null) - Number(right === null);
  }
  const result =
    typeof left === "number" && typeof right === "number" ? left - right : names.compare(String(left), String(right));
  return descending ? -result : result;
}

/** The servers that the view shows, in its order; equal ones by name. Only those `among` them, where that is given. */
export function arrange(servers: Iterable<Server>, view: View, among: ReadonlySet<string> | null = null): Server[] {
  const query = view.query.trim().toLowerCase();
  const shown: Server[] = [];
  for (const server of servers) {
    const chosen = (view.states.size === 0 || view.states.has(server.state)) && (among === null || among.has(server.id));
    if (chosen && (query === "" || matches(server, query))) {
      shown.push(server);
    }
  }
  return shown.sort(
    (a, b) => compare(value(a, view.sort), value(b, view.sort), view.descending) || names.compare(a.id, b.id),
  );
}

function matches(server: Server, query: string): boolean {
  const unusual = server.health === null ? null : unusualWords(server.health);
  return [server.id, server.serverName, server.target, server.reason, unusual].some(
    (text) => text !== null && text.toLowerCase().includes(query),
  );
}

/**
 * Which of the items may stay where they are so that the fewest must move: the longest run of rising positions.
 * A row that moves loses its scroll and focus state, so moving one row must not move two thousand.
 */
export function staying(positions: readonly number[]): ReadonlySet<number> {
  const tails: number[] = [];
  const before: number[] = [];
  positions.forEach((position, index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((positions[tails[middle] ?? 0] ?? 0) < position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    before[index] = low === 0 ? -1 : (tails[low - 1] ?? -1);
    tails[low] = index;
  });
  const result = new Set<number>();
  for (let index = tails.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) {
    result.add(index);
  }
  return result;
}

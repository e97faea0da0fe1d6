import { RECENT, type Point, type Server } from "./model.ts";
import { failingStage, instant, number, object, server, stages, state, text, type Json } from "./reading.ts";

/** A health reading this close to a sample comes from the same probe, and is no second point of the curve. */
const SAME_PROBE_MS = 1_000;

/** What changed since it was last asked. */
export interface Changes {
  readonly changed: ReadonlySet<string>;
  /** Servers came or went. */
  readonly membership: boolean;
}

/** The servers by id, kept up to date from lists and from live messages. */
export class Store {
  readonly #servers = new Map<string, Server>();
  #changed = new Set<string>();
  #membership = false;

  get size(): number {
    return this.#servers.size;
  }

  get(id: string): Server | undefined {
    return this.#servers.get(id);
  }

  all(): IterableIterator<Server> {
    return this.#servers.values();
  }

  /** Takes a whole list; servers that are not in it are gone. */
  replace(list: readonly unknown[]): void {
    const gone = new Set(this.#servers.keys());
    for (const raw of list) {
      const next = server(raw);
      if (next !== null) {
        gone.delete(next.id);
        this.#put(next);
      }
    }
    for (const id of gone) {
      this.#servers.delete(id);
      this.#membership = true;
    }
  }

  /** Takes a sample. False when its server is not known, so that the list must be loaded. */
  metrics(data: unknown): boolean {
    return this.#reading(object(data), 0, (before, json, at) => {
      const now = state(json["state"]);
      const same = now === before.state;
      return {
        ...before,
        state: now,
        since: same ? before.since : at,
        // A sample without a reason says nothing of why the state changed; the old reason would be false.
        reason: text(json["reason"]) ?? (same ? before.reason : null),
        failingStage: same ? before.failingStage : null,
      };
    });
  }

  /** Takes the record of a probe. False when its server is not known. */
  health(data: unknown): boolean {
    return this.#reading(object(data), SAME_PROBE_MS, (before, json, at) => {
      const now = state(json["state"]);
      const found = stages(json["stages"]);
      return {
        ...before,
        state: now,
        since: now === before.state ? before.since : at,
        reason: text(json["reason"]),
        failingStage: text(json["failingStage"]) ?? (now === "HEALTHY" ? null : failingStage(found)),
        stages: found,
        era: text(json["era"]) ?? before.era,
        protocolVersion: text(json["protocolVersion"]) ?? before.protocolVersion,
        serverName: text(json["serverName"]) ?? before.serverName,
        toolCount: number(json["toolCount"]) ?? before.toolCount,
      };
    });
  }

  /** Hands over what changed, and forgets it. */
  drain(): Changes {
    const result = { changed: this.#changed, membership: this.#membership };
    this.#changed = new Set();
    this.#membership = false;
    return result;
  }

  #put(next: Server): void {
    this.#membership ||= !this.#servers.has(next.id);
    this.#servers.set(next.id, next);
    this.#changed.add(next.id);
  }

  #reading(json: Json, apart: number, merge: (before: Server, json: Json, at: number) => Server): boolean {
    const id = text(json["server"]);
    const at = instant(json["at"]);
    if (id === null || at === null) {
      return true;
    }
    const before = this.#servers.get(id);
    if (before === undefined) {
      return false;
    }
    // What was under way while the list was loaded may be older than the list.
    if (before.lastCheckAt !== null && at < before.lastCheckAt) {
      return true;
    }
    const ms = number(json["responseTimeMs"]);
    const merged = merge(before, json, at);
    const recent = withPoint(before.recent, { at, state: merged.state, ms }, apart);
    this.#put({ ...merged, responseTimeMs: ms, lastCheckAt: at, recent });
    return true;
  }
}

function withPoint(points: readonly Point[], point: Point, apart: number): readonly Point[] {
  const last = points.at(-1);
  if (last !== undefined && point.at <= last.at + apart) {
    return points;
  }
  return [...points.slice(-(RECENT - 1)), point];
}

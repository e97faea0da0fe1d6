import { health } from "./health.ts";
import { RECENT, type Point, type Server } from "./model.ts";
import { failingStage, instant, number, object, server, shown, stages, state, text, type Json } from "./reading.ts";
import { watch } from "./watch.ts";

/** So many changes of a catalog are kept: more do not fit a curve. */
const CHANGES = 20;

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
        this.#put({ ...next, ...kept(this.#servers.get(next.id)) });
      }
    }
    for (const id of gone) {
      this.#servers.delete(id);
      this.#membership = true;
    }
  }

  /** Takes what is known of the servers, from a list; servers that came or went are left to `replace`. */
  watches(list: readonly unknown[]): void {
    for (const raw of list) {
      const json = object(raw);
      const before = this.#servers.get(text(json["id"]) ?? "");
      if (before !== undefined) {
        this.#put({ ...before, watch: watch(json["watch"]), health: health(json["health"]) });
      }
    }
  }

  /** Takes the servers that differ from what is approved of them; the others do not. */
  drifts(list: readonly unknown[]): void {
    const found = new Map(list.map((raw) => driftOf(object(raw))));
    for (const server of this.#servers.values()) {
      const drift = found.get(server.id) ?? null;
      if (drift !== server.drift) {
        this.#put({ ...server, drift });
      }
    }
  }

  /** Takes note that a server's catalog changed then. */
  catalogChanged(id: string, at: number): void {
    const before = this.#servers.get(id);
    if (before !== undefined && !before.changes.includes(at)) {
      const changes = [...before.changes, at].sort((a, b) => a - b).slice(-CHANGES);
      this.#put({ ...before, changes });
    }
  }

  /** Takes a sample. False when its server is not known, so that the list must be loaded. */
  metrics(data: unknown): boolean {
    return this.#record(object(data), (before, json, at) => {
      const now = state(json["state"]);
      const same = now === before.state;
      const found = before.found?.state === now ? before.found : null;
      const ms = number(json["responseTimeMs"]);
      const circuit = text(json["circuit"]) ?? before.circuit;
      return {
        ...before,
        state: now,
        since: same ? before.since : at,
        reason: now === "HEALTHY" ? null : (found?.reason ?? (same ? before.reason : shown(json["lastError"]))),
        failingStage: now === "HEALTHY" ? null : (found?.failingStage ?? (same ? before.failingStage : null)),
        responseTimeMs: ms,
        lastCheckAt: at,
        circuit,
        watch: before.watch === null ? null : { ...before.watch, circuit },
        // The score of another state must not stand beside this one; the new one is asked for.
        health: same ? before.health : null,
        recent: withPoint(before.recent, { at, state: now, ms }),
      };
    });
  }

  /**
   * Takes the record of a probe. False when its server is not known.
   *
   * What one probe found is not what is declared: the state comes with the samples.
   */
  health(data: unknown): boolean {
    return this.#record(object(data), (before, json) => {
      const stagesFound = stages(json["stages"]);
      const found = {
        state: state(json["state"]),
        reason: shown(json["reason"]),
        failingStage: shown(json["failingStage"]) ?? failingStage(stagesFound),
      };
      const declared = found.state === before.state && found.state !== "HEALTHY" ? found : before;
      return {
        ...before,
        found,
        reason: declared.reason,
        failingStage: declared.failingStage,
        stages: stagesFound,
        era: shown(json["era"], 40) ?? before.era,
        protocolVersion: shown(json["protocolVersion"], 40) ?? before.protocolVersion,
        serverName: shown(json["serverName"], 200) ?? before.serverName,
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

  #record(json: Json, merge: (before: Server, json: Json, at: number) => Server): boolean {
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
    if (before.lastCheckAt === null || at >= before.lastCheckAt) {
      this.#put(merge(before, json, at));
    }
    return true;
  }
}

/** What a list does not tell again. */
function kept(before: Server | undefined): Pick<Server, "drift" | "changes"> {
  return { drift: before?.drift ?? null, changes: before?.changes ?? [] };
}

function driftOf(json: Json): [string, string] {
  return [text(json["server"]) ?? "", `${shown(json["class"], 40) ?? ""}: ${shown(json["sentence"], 300) ?? ""}`];
}

function withPoint(points: readonly Point[], point: Point): readonly Point[] {
  const last = points.at(-1);
  if (last !== undefined && point.at <= last.at) {
    return points;
  }
  return [...points.slice(-(RECENT - 1)), point];
}

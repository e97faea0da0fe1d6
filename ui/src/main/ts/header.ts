import { byId, find, setAttribute, setIcon, setText, stamp } from "./dom.ts";
import { ago, clock, count, exact, STATE_WORDS } from "./format.ts";
import { STATES, type Server, type State } from "./model.ts";
import { number, object } from "./reading.ts";
import { latenessWords } from "./words.ts";

interface Filter {
  readonly state: State | null;
  readonly button: HTMLElement;
  readonly count: HTMLElement;
}

/** The counts by state, which are the filter as well; null stands for all states. */
export class Filters {
  readonly #filters: readonly Filter[];

  constructor(onToggle: (state: State | null) => void) {
    this.#filters = [null, ...STATES].map((state) => {
      const button = stamp("filter-template");
      button.dataset["filter"] = state ?? "ALL";
      if (state === null) {
        find(button, "svg", SVGElement).remove();
      } else {
        setIcon(find(button, "use", SVGElement), `state-${state}`);
      }
      setText(find(button, "[data-part=word]", HTMLElement), state === null ? "All" : STATE_WORDS[state]);
      button.addEventListener("click", () => onToggle(state));
      return { state, button, count: find(button, "[data-part=count]", HTMLElement) };
    });
    byId("filters", HTMLElement).replaceChildren(...this.#filters.map((filter) => filter.button));
  }

  /** @param all whether nothing else narrows the list down */
  press(states: ReadonlySet<State>, all: boolean): void {
    for (const { state, button } of this.#filters) {
      const pressed = state === null ? all && states.size === 0 : states.has(state);
      setAttribute(button, "aria-pressed", String(pressed));
    }
  }

  /** Shows the counts, here and in the title of the tab. */
  count(servers: Iterable<Server>): void {
    const counts = new Map<State | null, number>();
    for (const server of servers) {
      counts.set(server.state, (counts.get(server.state) ?? 0) + 1);
      counts.set(null, (counts.get(null) ?? 0) + 1);
    }
    for (const filter of this.#filters) {
      const servers = counts.get(filter.state) ?? 0;
      setText(filter.count, count(servers));
      setAttribute(filter.button, "data-count", String(servers));
    }
    const down = counts.get("DOWN") ?? 0;
    const title = down === 0 ? "mcp-realtime" : `${count(down)} down · mcp-realtime`;
    if (document.title !== title) {
      document.title = title;
    }
  }
}

/** Whether the monitor itself is behind with its probes; nothing where it is not. */
export class Lateness {
  readonly #text = byId("lateness", HTMLElement);

  show(probing: unknown): void {
    const json = object(probing);
    const words = latenessWords(number(object(json["lateness"])["p99Millis"]), number(json["missed"]));
    this.#text.hidden = words === "";
    setText(this.#text, words);
  }
}

export type Liveness = "connecting" | "live" | "reconnecting";

const LIVE_WORDS: Readonly<Record<Liveness, string>> = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
};

/** A connection that is back within this time leaves the page as it is. */
const BLINK_MS = 5_000;

/** Whether the page is connected, and how old what it shows is. */
export class Pulse {
  readonly #live = byId("live", HTMLElement);
  readonly #text = byId("live-text", HTMLElement);
  readonly #since = byId("live-since", HTMLElement);
  readonly #updated = byId("updated", HTMLTimeElement);
  #lostAt: number | null = null;
  #updatedAt: number | null = null;

  set state(state: Liveness) {
    this.#lostAt = state === "reconnecting" ? (this.#lostAt ?? Date.now()) : null;
    setAttribute(this.#live, "data-live", state);
    setText(this.#text, LIVE_WORDS[state]);
    this.tick();
  }

  /** News came in, just now. */
  beat(): void {
    this.#updatedAt = Date.now();
  }

  tick(): void {
    const lostAt = this.#lostAt;
    // Outside the status region, so that a screen reader is not told every second.
    setText(this.#since, lostAt === null ? "" : `since ${clock(lostAt)} (${ago(lostAt, Date.now())})`);
    setAttribute(document.body, "data-stale", String(lostAt !== null && Date.now() - lostAt > BLINK_MS));
    if (this.#updatedAt !== null) {
      setText(this.#updated, clock(this.#updatedAt));
      setAttribute(this.#updated, "datetime", new Date(this.#updatedAt).toISOString());
      this.#updated.title = exact(this.#updatedAt);
    }
  }
}

// Many servers that fail for one cause: read from JSON, in words, and as a banner above the list.

import { byId, find, setAttribute, setText, setTitle, stamp } from "./dom.ts";
import { ago, count, exact } from "./format.ts";
import { array, instant, number, object, shown, text } from "./reading.ts";

export interface Incident {
  readonly id: string;
  /** program, host, address or uplink: what the servers share. */
  readonly kind: string;
  readonly name: string;
  readonly since: number | null;
  /** All that were part of it, in the order in which they failed. */
  readonly servers: readonly string[];
  /** Those of them that are down now. */
  readonly down: readonly string[];
  /** How many servers share the place. */
  readonly watched: number | null;
}

/** So many names stand in the banner. */
const NAMED = 3;
const LONGEST_NAME = 60;
/** So many incidents have a line of their own. */
const LINES = 5;
let nextId = 0;

const PLACES: Readonly<Record<string, string>> = {
  program: "of the program",
  host: "at the host",
  address: "at the address",
};

/** The incidents that last, as the API lists them: the newest first. */
export function openIncidents(list: readonly unknown[]): Incident[] {
  return list.flatMap((raw) => {
    const json = object(raw);
    const id = text(json["id"]);
    return id === null || text(json["until"]) !== null
      ? []
      : [
          {
            id,
            kind: text(json["kind"]) ?? "",
            name: shown(json["name"], 100) ?? "",
            since: instant(json["since"]),
            servers: ids(json["servers"]),
            down: ids(json["down"]),
            watched: number(json["watched"]),
          },
        ];
  });
}

function ids(value: unknown): string[] {
  return array(value).flatMap((id) => text(id) ?? []);
}

/** What happens, in one sentence: 4 of 5 servers at the host api:443 fail: a, b, c and 1 more. */
export function incidentWords(incident: Incident): string {
  const part = incident.servers.length;
  const of = incident.watched === null ? count(part) : `${count(part)} of ${count(Math.max(part, incident.watched))}`;
  const known = PLACES[incident.kind];
  const where = incident.kind === "uplink" ? "behind our own network" : `${known ?? "at"} ${incident.name}`;
  return `${of} servers ${where} fail: ${names(incident.servers)}`;
}

function names(servers: readonly string[]): string {
  const some = servers.slice(0, NAMED).map((id) => shown(id, LONGEST_NAME) ?? id);
  const more = servers.length - some.length;
  return more > 0 ? `${some.join(", ")} and ${count(more)} more` : some.join(", ");
}

/** How long it lasts, and how many are down now where some are not. */
export function incidentState(incident: Incident, now: number): string {
  const since = incident.since === null ? "" : `since ${ago(incident.since, now)}`;
  const down = incident.down.length;
  const some = down < incident.servers.length ? `${count(down)} down now` : "";
  return [since, some].filter((part) => part !== "").join(", ");
}

interface Line {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  incident: Incident;
}

/** The open incidents above the list. Each is a button that shows its servers alone. */
export class IncidentBanner {
  readonly #section = byId("incidents", HTMLElement);
  readonly #list = byId("incident-list", HTMLElement);
  readonly #more = byId("incident-more", HTMLElement);
  readonly #news = byId("incident-news", HTMLElement);
  readonly #lines = new Map<string, Line>();
  readonly #onChoose: (id: string) => void;
  #open: readonly Incident[] = [];
  #chosen: string | null = null;

  constructor(onChoose: (id: string) => void) {
    this.#onChoose = onChoose;
  }

  /** The servers of an open incident; null when it is not open. */
  servers(id: string): ReadonlySet<string> | null {
    const incident = this.#open.find((one) => one.id === id);
    return incident === undefined ? null : new Set(incident.servers);
  }

  show(open: readonly Incident[], now: number): void {
    const before = new Set(this.#open.map((incident) => incident.id));
    this.#open = open;
    this.#section.hidden = open.length === 0;
    // The one whose servers are shown must stay in reach, however many others there are.
    const shown = open.filter((incident, index) => index < LINES || incident.id === this.#chosen);
    const rest = open.length - shown.length;
    setText(this.#more, rest === 0 ? "" : `and ${count(rest)} more incidents`);
    this.#place(shown.map((incident) => this.#line(incident).element));
    const ids = new Set(shown.map((incident) => incident.id));
    [...this.#lines.keys()].filter((id) => !ids.has(id)).forEach((id) => this.#lines.delete(id));
    this.tick(now);
    this.#tell(before);
  }

  /** Marks the incident whose servers are shown alone. */
  choose(id: string | null): void {
    this.#chosen = id;
    for (const line of this.#lines.values()) {
      this.#press(line);
    }
  }

  tick(now: number): void {
    for (const { element, incident } of this.#lines.values()) {
      setText(find(element, "[data-part=state]", HTMLElement), incidentState(incident, now));
    }
  }

  #line(incident: Incident): Line {
    const line = this.#lines.get(incident.id) ?? this.#newLine(incident);
    line.incident = incident;
    setText(find(line.element, "[data-part=words]", HTMLElement), incidentWords(incident));
    setTitle(line.element, incident.since === null ? "" : `Since ${exact(incident.since)}`);
    this.#press(line);
    return line;
  }

  #newLine(incident: Incident): Line {
    const element = stamp("incident-template");
    const line = { element, button: find(element, "button", HTMLButtonElement), incident };
    element.dataset["incident"] = incident.id;
    const words = find(element, "[data-part=words]", HTMLElement);
    words.id = `incident-${nextId++}`;
    setAttribute(line.button, "aria-describedby", words.id);
    line.button.addEventListener("click", () => this.#onChoose(line.incident.id));
    this.#lines.set(incident.id, line);
    return line;
  }

  #press({ element, button, incident }: Line): void {
    const chosen = incident.id === this.#chosen;
    setAttribute(element, "data-chosen", String(chosen));
    setText(button, chosen ? "Show all servers" : "Show these servers");
  }

  /** Leaves the lines that are in place alone, as one of them may have the focus. */
  #place(wanted: readonly HTMLElement[]): void {
    const same = wanted.length === this.#list.children.length && wanted.every((one, at) => this.#list.children[at] === one);
    if (!same) {
      const focused = document.activeElement;
      this.#list.replaceChildren(...wanted);
      if (focused instanceof HTMLElement && this.#list.contains(focused)) {
        focused.focus({ preventScroll: true });
      }
    }
  }

  /** Tells screen readers what is new, once: the lines change all the time. */
  #tell(before: ReadonlySet<string>): void {
    const fresh = this.#open.filter((incident) => !before.has(incident.id));
    const still = this.#open.filter((incident) => before.has(incident.id)).length;
    if (fresh.length > 0) {
      setText(this.#news, `Incident: ${fresh.slice(0, LINES).map(incidentWords).join(". ")}`);
    } else if (still < before.size) {
      setText(this.#news, this.#open.length === 0 ? "The incident is over" : "One of the incidents is over");
    }
  }
}

import { fetchAnomalies } from "./api.ts";
import { find, make, setAttribute, setText } from "./dom.ts";
import { ago, clock, count, exact, millis } from "./format.ts";
import {
  findings,
  metricWord,
  partWord,
  pointsText,
  RESPONSE_TIME,
  scoreText,
  scoreTone,
  type Anomaly,
  type Deduction,
  type Findings,
  type Health,
  type Shift,
} from "./health.ts";
import { isUp, type Server } from "./model.ts";
import { overlay } from "./overlay.ts";
import { curve } from "./sparkline.ts";
import { plain } from "./words.ts";

/** What is over is told of so far back, and farther where the readings reach farther. */
const LEAST_MINUTES = 30;
const MOST_MINUTES = 10_080;
const MINUTE_MS = 60_000;
/** So many of those that are over are listed. */
const LISTED = 10;
const NOTHING: Findings = { anomalies: [], shifts: [] };

/** In a server's detail: its score with what is taken off, its response time, what is and was unusual. */
export class Unusual {
  readonly #health: HTMLElement;
  readonly #response: HTMLElement;
  readonly #block: HTMLElement;
  readonly #keys = new Map<string, string>();
  #server: Server;
  #now = 0;
  #found = NOTHING;
  #lasting: { readonly time: HTMLElement; readonly since: number }[] = [];
  #loading = false;
  #again = false;

  constructor(root: HTMLElement, server: Server) {
    this.#health = find(root, "[data-block=health]", HTMLElement);
    this.#response = find(root, "[data-block=response]", HTMLElement);
    this.#block = find(root, "[data-block=unusual]", HTMLElement);
    this.#server = server;
  }

  /** Asks anew, one question at a time; what is shown stays when there is no answer. */
  async load(): Promise<void> {
    this.#again = this.#loading;
    if (this.#loading) {
      return;
    }
    this.#loading = true;
    try {
      this.#found = findings(await fetchAnomalies(this.#server.id, this.#minutes()));
      this.#show(this.#now);
    } catch {
      // The blocks would only repeat what the page says of the connection.
    }
    this.#loading = false;
    if (this.#again) {
      void this.load();
    }
  }

  update(server: Server, now: number): void {
    const before = openKey(this.#server);
    this.#server = server;
    this.#show(now);
    if (openKey(server) !== before) {
      void this.load();
    }
  }

  tick(now: number): void {
    this.#now = now;
    for (const { time, since } of this.#lasting) {
      setText(time, `for ${ago(since, now)}`);
    }
  }

  #minutes(): number {
    const first = this.#server.recent[0]?.at;
    const last = this.#server.recent.at(-1)?.at;
    const shown = first === undefined || last === undefined ? 0 : Math.ceil((last - first) / MINUTE_MS) + 1;
    return Math.min(Math.max(shown, LEAST_MINUTES), MOST_MINUTES);
  }

  #show(now: number): void {
    const { health } = this.#server;
    const over = this.#found.anomalies.filter((anomaly) => anomaly.until !== null);
    const open = health?.anomalies ?? this.#found.anomalies.filter((anomaly) => anomaly.until === null);
    this.#showHealth(health);
    this.#draw([...over, ...open], this.#found.shifts);
    this.#list(open, over, this.#found.shifts);
    this.tick(now);
  }

  #showHealth(health: Health | null): void {
    this.#health.hidden = health === null;
    if (health === null || this.#isSame("health", [health.score, health.deductions])) {
      return;
    }
    const score = find(this.#health, ".score", HTMLElement);
    setText(score, scoreText(health.score));
    setAttribute(score, "data-tone", scoreTone(health.score));
    find(this.#health, ".items", HTMLElement).replaceChildren(...health.deductions.map(deductionElement));
    find(this.#health, "[data-part=none]", HTMLElement).hidden = health.deductions.length > 0;
  }

  #draw(anomalies: readonly Anomaly[], shifts: readonly Shift[]): void {
    const { recent, changes } = this.#server;
    const first = recent[0];
    const last = recent.at(-1);
    const times = recent.flatMap((point) => (point.ms !== null && isUp(point.state) ? point.ms : []));
    this.#response.hidden = times.length < 2 || first === undefined || last === undefined;
    if (first === undefined || last === undefined || this.#response.hidden) {
      return;
    }
    const range = `0 to ${millis(Math.max(...times))}, ${clock(first.at)} to ${clock(last.at)}`;
    setText(find(this.#response, "[data-part=range]", HTMLElement), range);
    const drawn = curve(recent, changes);
    const over = overlay(recent, anomalies, shifts);
    const paths = { ...drawn, ...over };
    for (const name of ["severe", "unusual", "expected", "area", "line", "marks", "changes", "shifts"] as const) {
      setAttribute(find(this.#response, `path.${name}`, SVGElement), "d", paths[name]);
      const legend = this.#response.querySelector<HTMLElement>(`[data-legend=${name}]`);
      if (legend !== null) {
        legend.hidden = paths[name] === "";
      }
    }
    setAttribute(find(this.#response, "svg", SVGElement), "aria-label", drawn.words + over.words);
  }

  #list(open: readonly Anomaly[], over: readonly Anomaly[], shifts: readonly Shift[]): void {
    if (this.#isSame("list", [open, over, shifts])) {
      return;
    }
    this.#lasting = [];
    this.#block.hidden = open.length + over.length + shifts.length === 0;
    const ended = [
      ...over.map((anomaly) => ({ at: anomaly.since, element: () => endedElement(anomaly) })),
      ...shifts.map((shift) => ({ at: shift.since, element: () => shiftElement(shift) })),
    ].sort((a, b) => b.at - a.at);
    const items = [...open].sort((a, b) => b.since - a.since).map((anomaly) => this.#openElement(anomaly));
    items.push(...ended.slice(0, LISTED).map(({ element }) => element()));
    if (ended.length > LISTED) {
      items.push(make("li", `and ${count(ended.length - LISTED)} more, which are not listed`, "quiet"));
    }
    setText(find(this.#block, "[data-part=how-many]", HTMLElement), countWords(open.length, ended.length));
    find(this.#block, ".items", HTMLElement).replaceChildren(...items);
  }

  #openElement(anomaly: Anomaly): HTMLElement {
    const element = findingElement(metricWord(anomaly.metric), plain(anomaly.severity), anomaly.sentence);
    element.dataset["severity"] = anomaly.severity;
    const time = find(element, "[data-part=time]", HTMLElement);
    time.title = `Since ${exact(anomaly.since)}`;
    this.#lasting.push({ time, since: anomaly.since });
    return element;
  }

  /** Unchanged text stays in place, as somebody may be reading or selecting it. */
  #isSame(name: string, value: unknown): boolean {
    const key = JSON.stringify(value);
    const same = this.#keys.get(name) === key;
    this.#keys.set(name, key);
    return same;
  }
}

/** By which the open anomalies differ from others. */
function openKey({ health }: Server): string {
  return health === null ? "" : health.anomalies.map(({ metric, since }) => `${metric} ${since}`).join("|");
}

function countWords(open: number, ended: number): string {
  const now = open === 0 ? "" : `${count(open)} now`;
  const earlier = ended === 0 ? "" : `${count(ended)} earlier`;
  return [now, earlier].filter((part) => part !== "").join(", ");
}

function deductionElement({ part, points, why }: Deduction): HTMLElement {
  const element = make("li", "", "item");
  element.dataset["deduction"] = part;
  element.append(make("span", partWord(part), "item-name"), make("span", pointsText(points), "points"));
  element.append(make("span", why, "item-detail"));
  return element;
}

function endedElement(anomaly: Anomaly): HTMLElement {
  const element = findingElement(metricWord(anomaly.metric), "Over", anomaly.sentence);
  const time = find(element, "[data-part=time]", HTMLElement);
  const until = anomaly.until ?? anomaly.since;
  setText(time, `${clock(anomaly.since)} to ${clock(until)}`);
  time.title = `${exact(anomaly.since)} to ${exact(until)}`;
  return element;
}

function shiftElement(shift: Shift): HTMLElement {
  const element = findingElement(metricWord(RESPONSE_TIME), "Lasting change", shift.sentence);
  const time = find(element, "[data-part=time]", HTMLElement);
  setText(time, clock(shift.since));
  time.title = exact(shift.since);
  return element;
}

/** A line: what, how bad, when, and the monitor's sentence, which is text whatever it holds. */
function findingElement(name: string, verdict: string, sentence: string): HTMLElement {
  const element = make("li", "", "item");
  const time = make("span", "", "quiet");
  time.dataset["part"] = "time";
  element.append(make("span", name, "item-name"), make("span", verdict, "outcome"), time);
  element.append(make("span", sentence, "item-detail"));
  return element;
}

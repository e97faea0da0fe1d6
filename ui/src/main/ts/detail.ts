import { fetchEvents } from "./api.ts";
import { find, setAttribute, setIcon, setText, setTitle, stamp } from "./dom.ts";
import { Drift } from "./drift.ts";
import {
  ABSENT,
  ago,
  clock,
  count,
  dialect,
  eventWord,
  exact,
  millis,
  stageWord,
  transportWord,
  VERDICT_WORDS,
} from "./format.ts";
import { FINDING_EVENTS } from "./health.ts";
import { CATALOG_CHANGED, type MonitoringEvent, type Server, type Stage } from "./model.ts";
import { event as readEvent } from "./reading.ts";
import { words } from "./sparkline.ts";
import { Unusual } from "./unusual.ts";
import { Watching } from "./watching.ts";

const EVENTS = 20;
let nextId = 0;

interface ShownEvent {
  readonly event: MonitoringEvent;
  readonly element: HTMLElement;
  readonly time: HTMLTimeElement;
}

/** What a row unfolds to: the stages of the last probe, the latest events, what the monitor knows besides. */
export class Detail {
  readonly element = stamp("detail-template");
  readonly #stages = find(this.element, ".stage-list", HTMLElement);
  readonly #total = this.#part("total");
  readonly #noStages = this.#part("no-stages");
  readonly #events = find(this.element, ".event-list", HTMLElement);
  readonly #eventsNote = this.#part("events-note");
  readonly #watching = new Watching(this.element);
  readonly #drift: Drift;
  readonly #unusual: Unusual;
  #server: Server;
  #now: number;
  #shownStages: readonly Stage[] | null = null;
  #shownEvents: ShownEvent[] = [];
  #loading = true;

  constructor(server: Server, now: number) {
    this.element.id = `detail-${nextId++}`;
    this.#server = server;
    this.#now = now;
    const block = find(this.element, "[data-block=drift]", HTMLElement);
    this.#drift = new Drift(block, server.id, () => this.#now);
    this.#unusual = new Unusual(this.element, server);
    this.update(server, now);
    this.reload(now);
  }

  /** Asks anew for what does not come with the list. */
  reload(now: number): void {
    void this.loadEvents(now);
    void this.#drift.load();
    void this.#unusual.load();
  }

  update(server: Server, now: number): void {
    this.#server = server;
    if (this.#shownStages !== server.stages) {
      this.#shownStages = server.stages;
      this.#showStages(server.stages);
    }
    this.#fact("target", server.target ?? ABSENT);
    this.#fact("serverName", server.serverName ?? ABSENT);
    const speaks = dialect(server.era, server.protocolVersion);
    this.#fact("protocol", [transportWord(server.transport), speaks].filter((part) => part !== "").join(" · "));
    this.#fact("tools", count(server.toolCount));
    this.#fact("recent", words(server.recent));
    this.#watching.update(server, now);
    this.#unusual.update(server, now);
    this.tick(now);
  }

  tick(now: number): void {
    this.#now = now;
    this.#watching.tick(this.#server, now);
    this.#unusual.tick(now);
    const { lastCheckAt, since } = this.#server;
    this.#fact("lastCheck", lastCheckAt === null ? ABSENT : `${ago(lastCheckAt, now)} ago, at ${clock(lastCheckAt)}`);
    this.#fact("since", since === null ? ABSENT : `for ${ago(since, now)}, since ${exact(since)}`);
    for (const { event, time } of this.#shownEvents) {
      setText(time, ago(event.at, now));
    }
  }

  /** Adds a live event on top. */
  addEvent(event: MonitoringEvent, now: number): void {
    if (this.#shownEvents.some((shown) => shown.event.id === event.id)) {
      return;
    }
    this.#shownEvents.unshift(this.#eventElement(event, now));
    this.#showEvents();
    if (event.type === CATALOG_CHANGED) {
      void this.#drift.load();
    } else if (FINDING_EVENTS.includes(event.type)) {
      void this.#unusual.load();
    }
  }

  /** Loads the latest events, and keeps those that came in live meanwhile. */
  async loadEvents(now: number): Promise<void> {
    if (this.#shownEvents.length === 0) {
      setText(this.#eventsNote, "Loading the events…");
    }
    try {
      const shown = new Map(this.#shownEvents.map((one) => [one.event.id, one]));
      for (const raw of await fetchEvents(this.#server.id)) {
        const event = readEvent(raw);
        if (event !== null && !shown.has(event.id)) {
          shown.set(event.id, this.#eventElement(event, now));
        }
      }
      for (const live of this.#shownEvents) {
        shown.set(live.event.id, live);
      }
      this.#shownEvents = [...shown.values()].sort((a, b) => (b.event.at ?? 0) - (a.event.at ?? 0));
      this.#loading = false;
      this.#showEvents();
    } catch (error) {
      setText(this.#eventsNote, `The events could not be loaded. ${error instanceof Error ? error.message : ""}`);
    }
  }

  #showEvents(): void {
    this.#shownEvents = this.#shownEvents.slice(0, EVENTS);
    this.#events.replaceChildren(...this.#shownEvents.map((shown) => shown.element));
    if (!this.#loading) {
      setText(this.#eventsNote, this.#shownEvents.length === 0 ? "No events of this server are kept." : "");
    }
  }

  #eventElement(event: MonitoringEvent, now: number): ShownEvent {
    const element = stamp("event-template");
    const time = find(element, "time", HTMLTimeElement);
    element.dataset["severity"] = event.severity;
    element.dataset["event"] = event.type;
    setText(time, ago(event.at, now));
    setTitle(time, exact(event.at));
    setText(find(element, "[data-part=severity]", HTMLElement), event.severity);
    setText(find(element, "[data-part=type]", HTMLElement), eventWord(event.type));
    setText(find(element, "[data-part=message]", HTMLElement), event.message);
    return { event, element, time };
  }

  #showStages(stages: readonly Stage[]): void {
    const total = stages.reduce((sum, stage) => sum + (stage.timeMs ?? 0), 0);
    this.#noStages.hidden = stages.length > 0;
    setText(this.#total, stages.length === 0 ? "" : millis(total));
    let before = 0;
    this.#stages.replaceChildren(
      ...stages.map((stage) => {
        const element = stageElement(stage, before, total);
        before += stage.timeMs ?? 0;
        return element;
      }),
    );
  }

  #fact(name: string, value: string): void {
    setText(find(this.element, `[data-fact=${name}]`, HTMLElement), value);
  }

  #part(name: string): HTMLElement {
    return find(this.element, `[data-part=${name}]`, HTMLElement);
  }
}

/** A stage with its bar, which begins where the stage before it ended. */
function stageElement(stage: Stage, before: number, total: number): HTMLElement {
  const element = stamp("stage-template");
  element.dataset["stage"] = stage.stage;
  element.dataset["verdict"] = stage.verdict;
  setIcon(find(element, "use", SVGElement), `verdict-${stage.verdict}`);
  setText(find(element, "[data-part=name]", HTMLElement), stageWord(stage.stage));
  setText(find(element, "[data-part=verdict]", HTMLElement), VERDICT_WORDS[stage.verdict]);
  setText(find(element, "[data-part=time]", HTMLElement), stage.verdict === "SKIPPED" ? "" : millis(stage.timeMs));
  setText(find(element, "[data-part=detail]", HTMLElement), stage.detail ?? "");
  const bar = find(element, ".stage-bar", HTMLElement);
  if (total > 0 && stage.timeMs !== null) {
    bar.style.setProperty("left", `${(before / total) * 100}%`);
    bar.style.setProperty("width", `${(stage.timeMs / total) * 100}%`);
  } else {
    setAttribute(bar, "hidden", "");
  }
  return element;
}

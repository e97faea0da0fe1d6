import { DEFAULT_VIEW, readView, writeView } from "./address.ts";
import { advice, AdvicePanel } from "./advice.ts";
import {
  fetchBudget,
  fetchDrifts,
  fetchIncidents,
  fetchNewestEvents,
  fetchProbing,
  fetchRecommendations,
  fetchServers,
  fetchWatches,
  rememberToken,
  TokenNeeded,
} from "./api.ts";
import { byId } from "./dom.ts";
import { Filters, Lateness, Pulse } from "./header.ts";
import { IncidentBanner, openIncidents } from "./incidents.ts";
import { limits, LimitsPanel } from "./limits.ts";
import { List } from "./list.ts";
import { CATALOG_CHANGED, type MonitoringEvent, type State } from "./model.ts";
import { SORT_KEYS, type SortKey, type View } from "./order.ts";
import { Paced } from "./paced.ts";
import { Panels } from "./panels.ts";
import { event as readEvent } from "./reading.ts";
import type { Message } from "./sse.ts";
import { Store } from "./store.ts";
import { LiveStream } from "./stream.ts";

/** The list is loaded when the stream is open, so that nothing falls between them; it waits no longer than this. */
const STREAM_PATIENCE_MS = 2_000;
const RETRY_MS = 5_000;
/** Many servers added at once make one reload. */
const RELOAD_DELAY_MS = 400;
/** A sample of a server that even a new list does not hold must not make the page load lists without end. */
const STRANGER_PACE_MS = 5_000;

/** What the monitor knows of each server comes with no message: it is asked for, the less often the more there is. */
const WATCH_PACE_MS = 5_000;
const WATCH_PACE_PER_SERVER_MS = 20;
/** Something happened to a server: what is known of it is asked for so much sooner. */
const HURRY = 5;
const INCIDENT_PACE_MS = 10_000;
const INCIDENT_LEAST_MS = 500;
const DRIFT_PACE_MS = 30_000;
const DRIFT_LEAST_MS = 2_000;
/** Recommendations, limits and probing: the monitor itself looks no more often. */
const SLOW_PACE_MS = 60_000;
const SLOW_LEAST_MS = 5_000;
/** Among so many of the newest events, changes of catalogs are looked for. */
const EVENTS_LOOKED_AT = 1_000;

/** The page: what comes in, what it does to the list, what the reader does. */
class App {
  readonly #store = new Store();
  readonly #pulse = new Pulse();
  readonly #panels = new Panels(() => this.#reload(0), (token) => this.#useToken(token));
  readonly #lateness = new Lateness();
  readonly #incidents = new IncidentBanner((id) => this.#chooseIncident(id));
  readonly #watchNews = this.#paced(() => this.#loadWatches(), () => this.#watchPace() / HURRY);
  readonly #incidentNews = this.#paced(() => this.#loadIncidents(), () => INCIDENT_LEAST_MS);
  readonly #driftNews = this.#paced(() => this.#loadDrifts(), () => DRIFT_LEAST_MS);
  readonly #advice = new AdvicePanel();
  readonly #adviceNews = this.#paced(() => this.#loadAdvice(), () => SLOW_LEAST_MS);
  readonly #limits = new LimitsPanel();
  readonly #limitNews = this.#paced(() => this.#loadLimits(), () => SLOW_LEAST_MS);
  readonly #probingNews = this.#paced(() => this.#loadProbing(), () => SLOW_LEAST_MS);
  readonly #filters = new Filters((state) => this.#toggle(state));
  readonly #search = byId("search", HTMLInputElement);
  readonly #sort = byId("sort", HTMLSelectElement);
  readonly #stream = new LiveStream({
    opened: () => {
      this.#pulse.state = "live";
      this.#reload(0);
      this.#list.reloadDetails();
    },
    message: (message) => this.#receive(message),
    lost: () => {
      this.#pulse.state = "reconnecting";
      if (!this.#loaded) {
        this.#reload(0);
      }
    },
    tokenNeeded: (error) => this.#askForToken(error),
  });
  #view = readView();
  readonly #list = new List(this.#store, this.#view, () => this.#now(), (key) => this.#sortBy(key));
  /** The server's clock less ours, so that relative times are right on a machine whose clock is not. */
  #skew = 0;
  #loaded = false;
  #loading = false;
  #again = false;
  #timer: number | undefined;
  #dueAt = Infinity;
  #loadedAt = -Infinity;
  /** What came in while the list was under way. */
  #held: Message[] = [];
  #frame = false;

  start(): void {
    this.#press();
    this.#search.value = this.#view.query;
    this.#sort.value = this.#view.sort;
    this.#search.addEventListener("input", () => this.#change({ query: this.#search.value }));
    this.#sort.addEventListener("change", () => {
      const key = SORT_KEYS.find((one) => one === this.#sort.value) ?? DEFAULT_VIEW.sort;
      this.#change({ sort: key, descending: false });
    });
    byId("clear", HTMLButtonElement).addEventListener("click", () => {
      this.#search.value = "";
      this.#change({ query: "", states: new Set(), incident: null });
      this.#search.focus();
    });
    document.addEventListener("keydown", (event) => this.#shortcut(event));
    window.setInterval(() => {
      this.#pulse.tick();
      this.#list.tick();
      this.#incidents.tick(this.#now());
      this.#advice.tick(this.#now());
    }, 1_000);
    this.#stream.start();
    this.#reload(STREAM_PATIENCE_MS);
  }

  #reload(delay: number): void {
    const dueAt = performance.now() + delay;
    // A reload that is due sooner stands: a steady flow of reasons must not put it off for ever.
    if (dueAt >= this.#dueAt) {
      return;
    }
    window.clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = window.setTimeout(() => {
      this.#dueAt = Infinity;
      void this.#load();
    }, delay);
  }

  async #load(): Promise<void> {
    if (this.#panels.asksForToken) {
      return;
    }
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#loading = true;
    try {
      const list = await fetchServers();
      this.#skew = list.at === null ? 0 : list.at - Date.now();
      this.#store.replace(list.servers);
      this.#loaded = true;
      this.#loadedAt = performance.now();
      this.#pulse.beat();
      this.#panels.servers(this.#store.size);
      this.#loadTheRest();
    } catch (error) {
      if (error instanceof TokenNeeded) {
        this.#askForToken(error);
      } else {
        this.#panels.error(error instanceof Error ? error.message : String(error), this.#store.size > 0);
        this.#reload(RETRY_MS);
      }
    }
    this.#loading = false;
    const held = this.#held;
    this.#held = [];
    held.forEach((message) => this.#receive(message));
    this.#schedule();
    if (this.#again) {
      this.#again = false;
      this.#reload(0);
    }
  }

  #receive(message: Message): void {
    if (this.#loading) {
      this.#held.push(message);
      return;
    }
    let data: unknown;
    try {
      data = JSON.parse(message.data);
    } catch {
      return;
    }
    this.#pulse.beat();
    if (message.event === "metrics" || message.event === "health") {
      if (!this.#store[message.event](data)) {
        this.#reload(Math.max(RELOAD_DELAY_MS, this.#loadedAt + STRANGER_PACE_MS - performance.now()));
      }
    } else if (message.event === "servers") {
      this.#reload(RELOAD_DELAY_MS);
    } else if (message.event === "event") {
      const event = readEvent(data);
      if (event !== null) {
        this.#event(event);
      }
    }
    this.#schedule();
  }

  #event(event: MonitoringEvent): void {
    this.#list.event(event);
    if (event.type === "incident") {
      this.#incidentNews.want(0);
    } else if (event.type === "recommendation") {
      this.#adviceNews.want(0);
    } else if (event.type === "quota") {
      this.#limitNews.want(0);
    } else if (event.type === "overload") {
      this.#probingNews.want(0);
    } else if (event.type === CATALOG_CHANGED) {
      this.#mark(event);
      this.#driftNews.want(0);
    }
    this.#watchNews.want(RELOAD_DELAY_MS);
  }

  #mark({ type, server, at, changeClass }: MonitoringEvent): void {
    // Without a class it is an approval: nothing changed then.
    if (type === CATALOG_CHANGED && changeClass !== null && server !== null && at !== null) {
      this.#store.catalogChanged(server, at);
    }
  }

  /** What goes along with a list: incidents, the monitor's own state, changes of catalogs. */
  #loadTheRest(): void {
    this.#incidentNews.want(0);
    this.#probingNews.want(0);
    this.#driftNews.want(0);
    this.#adviceNews.want(0);
    this.#limitNews.want(0);
    this.#watchNews.want(this.#watchPace());
    void this.#loadCatalogChanges();
  }

  async #loadWatches(): Promise<void> {
    try {
      this.#store.watches(await fetchWatches());
      this.#schedule();
    } finally {
      this.#watchNews.want(this.#watchPace());
    }
  }

  async #loadIncidents(): Promise<void> {
    try {
      const open = openIncidents(await fetchIncidents());
      const before = this.#among();
      this.#incidents.show(open, this.#now());
      const after = this.#among();
      if (this.#view.incident !== null && after === null) {
        // It is over, and with it the reason to show these servers alone.
        this.#change({ incident: null });
      } else if (before?.size !== after?.size) {
        this.#change({});
      }
    } finally {
      this.#incidentNews.want(INCIDENT_PACE_MS);
    }
  }

  async #loadDrifts(): Promise<void> {
    try {
      this.#store.drifts(await fetchDrifts());
      this.#schedule();
    } finally {
      this.#driftNews.want(DRIFT_PACE_MS);
    }
  }

  async #loadAdvice(): Promise<void> {
    try {
      this.#advice.show(advice(await fetchRecommendations()), this.#now());
    } finally {
      this.#adviceNews.want(SLOW_PACE_MS);
    }
  }

  async #loadLimits(): Promise<void> {
    try {
      this.#limits.show(limits(await fetchBudget()), this.#now());
    } finally {
      this.#limitNews.want(SLOW_PACE_MS);
    }
  }

  async #loadProbing(): Promise<void> {
    try {
      this.#lateness.show(await fetchProbing());
    } finally {
      this.#probingNews.want(SLOW_PACE_MS);
    }
  }

  async #loadCatalogChanges(): Promise<void> {
    try {
      for (const raw of await fetchNewestEvents(EVENTS_LOOKED_AT)) {
        const event = readEvent(raw);
        if (event !== null) {
          this.#mark(event);
        }
      }
      this.#schedule();
    } catch {
      // The curves lack their marks then; the next list brings them.
    }
  }

  /** Nothing is asked for while a token is missing; the list that comes with it begins anew. */
  #paced(work: () => Promise<void>, leastMs: () => number): Paced {
    return new Paced(() => (this.#panels.asksForToken ? Promise.resolve() : work()), leastMs);
  }

  #watchPace(): number {
    return Math.max(WATCH_PACE_MS, this.#store.size * WATCH_PACE_PER_SERVER_MS);
  }

  /** The monitor's time, as well as it is known. */
  #now(): number {
    return Date.now() + this.#skew;
  }

  /** The servers of the chosen incident; null where all are shown. */
  #among(): ReadonlySet<string> | null {
    return this.#view.incident === null ? null : this.#incidents.servers(this.#view.incident);
  }

  #chooseIncident(id: string): void {
    // All of its servers, whatever was looked for before.
    this.#search.value = "";
    this.#change({ query: "", states: new Set(), incident: this.#view.incident === id ? null : id });
  }

  /** However many messages come in, the page is touched once a frame. */
  #schedule(): void {
    if (!this.#frame) {
      this.#frame = true;
      requestAnimationFrame(() => {
        this.#frame = false;
        const { changed, membership } = this.#store.drain();
        if (changed.size > 0 || membership) {
          this.#list.update(changed, membership);
          this.#filters.count(this.#store.all());
        }
        this.#pulse.tick();
      });
    }
  }

  #askForToken(error: TokenNeeded): void {
    this.#stream.stop();
    this.#pulse.state = "connecting";
    this.#panels.token(error.message);
  }

  #useToken(token: string): void {
    rememberToken(token);
    this.#panels.loading();
    this.#stream.start();
    this.#reload(STREAM_PATIENCE_MS);
  }

  #toggle(state: State | null): void {
    const states = new Set(state === null ? [] : this.#view.states);
    if (state !== null && !states.delete(state)) {
      states.add(state);
    }
    this.#change(state === null ? { states, incident: null } : { states });
  }

  #sortBy(key: SortKey): void {
    this.#change({ sort: key, descending: key === this.#view.sort && !this.#view.descending });
    this.#sort.value = key;
  }

  #change(part: Partial<View>): void {
    this.#view = { ...this.#view, ...part };
    this.#list.show(this.#view, this.#among());
    this.#press();
    writeView(this.#view);
  }

  #press(): void {
    this.#filters.press(this.#view.states, this.#view.incident === null);
    this.#incidents.choose(this.#view.incident);
  }

  #shortcut(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLElement && event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.#search.focus();
      this.#search.select();
    }
  }
}

new App().start();

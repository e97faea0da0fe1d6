import { byId, find, setAttribute, setText } from "./dom.ts";
import { count } from "./format.ts";
import type { MonitoringEvent } from "./model.ts";
import { arrange, SORT_KEYS, staying, type SortKey, type View } from "./order.ts";
import { Row } from "./row.ts";
import type { Store } from "./store.ts";

/** Rows do not move under a hand that was busy in the list this short a time ago. */
const BUSY_MS = 4_000;
/** By these, every sample would change the order: it is renewed at this pace. */
const RESTLESS: readonly SortKey[] = ["latency", "health"];
const RESTLESS_PACE_MS = 5_000;

/** The list of servers: one row each, kept in place until it is time to arrange them anew. */
export class List {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #rows = new Map<string, Row>();
  readonly #list = byId("list", HTMLElement);
  readonly #shown = byId("shown", HTMLElement);
  readonly #noMatch = byId("no-match", HTMLElement);
  readonly #visibility: IntersectionObserver;
  #view: View;
  #among: ReadonlySet<string> | null = null;
  #untidy = false;
  #busyUntil = 0;
  #arrangedAt = 0;

  constructor(store: Store, view: View, now: () => number, onSort: (key: SortKey) => void) {
    this.#store = store;
    this.#view = view;
    this.#now = now;
    this.#visibility = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: "200px 0px" });
    this.#list.addEventListener("click", (event) => this.#clicked(event, onSort));
    this.#list.addEventListener("keydown", (event) => this.#key(event));
    for (const gesture of ["pointermove", "keydown", "focusin"] as const) {
      this.#list.addEventListener(gesture, () => (this.#busyUntil = performance.now() + BUSY_MS), { passive: true });
    }
  }

  /** Shows what changed; rows come and go at once, and move with the next `tick`. */
  update(changed: ReadonlySet<string>, membership: boolean): void {
    const now = this.#now();
    const added = document.createDocumentFragment();
    for (const id of changed) {
      const server = this.#store.get(id);
      const row = this.#rows.get(id);
      if (server !== undefined && row !== undefined) {
        row.update(server, now);
      } else if (server !== undefined) {
        const fresh = new Row(server, now);
        this.#rows.set(id, fresh);
        this.#visibility.observe(fresh.element);
        added.append(fresh.element);
      }
    }
    const first = this.#arrangedAt === 0;
    this.#list.append(added);
    if (membership) {
      this.#dropGone();
    }
    this.#untidy ||= changed.size > 0 || membership;
    if (first || (membership && performance.now() >= this.#busyUntil)) {
      this.#arrange();
    }
  }

  /** Another search, filter or order: at once, as the reader asked for it. Only servers `among` these, where given. */
  show(view: View, among: ReadonlySet<string> | null): void {
    this.#view = view;
    this.#among = among;
    this.#arrange();
  }

  /** Once a second: relative times, and the order when it is due. */
  tick(): void {
    const now = this.#now();
    for (const row of this.#rows.values()) {
      if (row.visible) {
        row.tick(now);
      }
    }
    const idle = performance.now() >= this.#busyUntil;
    const due = !RESTLESS.includes(this.#view.sort) || performance.now() - this.#arrangedAt >= RESTLESS_PACE_MS;
    if (this.#untidy && idle && due) {
      this.#arrange();
    }
  }

  event(event: MonitoringEvent): void {
    if (event.server !== null) {
      this.#rows.get(event.server)?.addEvent(event, this.#now());
    }
  }

  /** After a gap in the live stream: events may be missing. */
  reloadDetails(): void {
    for (const row of this.#rows.values()) {
      row.reload(this.#now());
    }
  }

  #arrange(): void {
    this.#untidy = false;
    this.#arrangedAt = performance.now();
    const servers = arrange(this.#store.all(), this.#view, this.#among);
    const wanted = servers.flatMap((server) => this.#rows.get(server.id) ?? []);
    const shown = new Set(wanted);
    for (const row of this.#rows.values()) {
      if (row.element.hidden === shown.has(row)) {
        row.element.hidden = !shown.has(row);
      }
    }
    this.#place(wanted.map((row) => row.element));
    setText(this.#shown, this.#shownWords(wanted.length));
    this.#noMatch.hidden = wanted.length > 0 || this.#store.size === 0;
    for (const key of SORT_KEYS) {
      const header = find(this.#list, `[data-sort=${key}]`, HTMLButtonElement).parentElement;
      const direction = this.#view.descending ? "descending" : "ascending";
      if (header !== null) {
        setAttribute(header, "aria-sort", key === this.#view.sort ? direction : "none");
      }
    }
  }

  #place(wanted: readonly HTMLElement[]): void {
    const position = new Map<Element, number>();
    let next = 0;
    for (const child of this.#list.children) {
      position.set(child, next++);
    }
    const still = staying(wanted.map((element) => position.get(element) ?? 0));
    if (still.size === wanted.length) {
      return;
    }
    const focused = document.activeElement;
    let after: HTMLElement | null = null;
    for (let index = wanted.length - 1; index >= 0; index--) {
      const element = wanted[index];
      if (element === undefined) {
        continue;
      }
      if (!still.has(index)) {
        this.#list.insertBefore(element, after);
      }
      after = element;
    }
    if (focused instanceof HTMLElement && focused !== document.activeElement && this.#list.contains(focused)) {
      focused.focus({ preventScroll: true });
    }
  }

  #shownWords(shown: number): string {
    const all = this.#store.size;
    const unit = all === 1 ? "server" : "servers";
    return shown === all ? `${count(all)} ${unit}` : `${count(shown)} of ${count(all)} ${unit}`;
  }

  #dropGone(): void {
    for (const [id, row] of this.#rows) {
      if (this.#store.get(id) === undefined) {
        this.#visibility.unobserve(row.element);
        row.element.remove();
        this.#rows.delete(id);
      }
    }
  }

  #seen(entries: readonly IntersectionObserverEntry[]): void {
    const now = this.#now();
    for (const entry of entries) {
      const row = this.#rowOf(entry.target);
      if (row !== undefined) {
        row.visible = entry.isIntersecting;
        if (entry.isIntersecting) {
          row.tick(now);
        }
      }
    }
  }

  #clicked(event: MouseEvent, onSort: (key: SortKey) => void): void {
    const target = event.target instanceof Element ? event.target : null;
    const key = SORT_KEYS.find((one) => one === target?.closest<HTMLElement>("[data-sort]")?.dataset["sort"]);
    if (key !== undefined) {
      onSort(key);
      return;
    }
    const row = this.#rowOf(target);
    // Whoever selects text in a row does not mean to unfold it.
    if (row === undefined || target?.closest(".row") === null || !(getSelection()?.isCollapsed ?? true)) {
      return;
    }
    if (row.expanded) {
      row.collapse();
    } else {
      row.expand(this.#now());
    }
  }

  #key(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    const target = event.target;
    if (step === undefined || !(target instanceof HTMLElement) || !target.classList.contains("toggle")) {
      return;
    }
    const toggles = [...this.#list.querySelectorAll<HTMLElement>(".server:not([hidden]) .toggle")];
    const index = Math.min(Math.max(toggles.indexOf(target) + step, 0), toggles.length - 1);
    toggles[index]?.focus();
    event.preventDefault();
  }

  #rowOf(element: Element | null): Row | undefined {
    const id = element?.closest<HTMLElement>("[data-server]")?.dataset["server"];
    return id === undefined ? undefined : this.#rows.get(id);
  }
}

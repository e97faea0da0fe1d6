import { Detail } from "./detail.ts";
import { find, make, setAttribute, setIcon, setText, setTitle, stamp } from "./dom.ts";
import { ago, count, dialect, exact, millis, stageWord, STATE_WORDS, transportWord } from "./format.ts";
import { healthTitle, scoreText, scoreTone, unusualSigns } from "./health.ts";
import type { MonitoringEvent, Point, Server } from "./model.ts";
import { overlay } from "./overlay.ts";
import { curve } from "./sparkline.ts";
import { signs } from "./words.ts";

/** One server's row, and what it unfolds to. */
export class Row {
  readonly element = stamp("row-template");
  readonly toggle = find(this.element, ".toggle", HTMLButtonElement);
  readonly #icon = find(this.element, ".c-state use", SVGElement);
  readonly #word = this.#part(".c-state [data-part=word]");
  readonly #name = this.#part("[data-cell=name]");
  readonly #target = this.#part("[data-cell=target]");
  readonly #transport = this.#part("[data-part=transport]");
  readonly #dialect = this.#part("[data-part=dialect]");
  readonly #score = this.#part(".score");
  readonly #latency = this.#part("[data-cell=latency]");
  readonly #spark = find(this.element, ".spark", SVGElement);
  readonly #severe = find(this.element, ".severe", SVGElement);
  readonly #unusual = find(this.element, ".unusual", SVGElement);
  readonly #area = find(this.element, ".area", SVGElement);
  readonly #line = find(this.element, ".line", SVGElement);
  readonly #marks = find(this.element, ".marks", SVGElement);
  readonly #changes = find(this.element, ".changes", SVGElement);
  readonly #tools = this.#part("[data-cell=tools]");
  readonly #signs = this.#part("[data-cell=signs]");
  readonly #stage = this.#part("[data-cell=stage]");
  readonly #reason = this.#part("[data-cell=reason]");
  readonly #since = find(this.element, "[data-cell=since]", HTMLTimeElement);

  #server: Server;
  #drawn: readonly Point[] | null = null;
  #drawnChanges: readonly number[] = [];
  #drawnHealth: Server["health"] = null;
  #signsKey = "[]";
  #visible = false;
  #detail: Detail | null = null;

  constructor(server: Server, now: number) {
    this.#server = server;
    this.element.dataset["server"] = server.id;
    setText(this.#name, server.id);
    setTitle(this.#name, server.id);
    this.update(server, now);
  }

  get expanded(): boolean {
    return this.#detail !== null;
  }

  /** Shows the server as it is now; touches only what differs. */
  update(server: Server, now: number): void {
    const before = this.element.dataset["state"];
    this.#server = server;
    if (before !== server.state) {
      this.element.dataset["state"] = server.state;
      setIcon(this.#icon, `state-${server.state}`);
      setText(this.#word, STATE_WORDS[server.state]);
      if (before !== undefined) {
        this.#announceChange();
      }
    }
    setText(this.#target, server.target ?? "");
    setTitle(this.#target, server.target ?? "");
    setText(this.#transport, transportWord(server.transport));
    setText(this.#dialect, dialect(server.era, server.protocolVersion));
    this.#showHealth(server.health);
    setText(this.#latency, millis(server.responseTimeMs));
    setText(this.#tools, count(server.toolCount));
    setText(this.#stage, server.failingStage === null ? "" : stageWord(server.failingStage));
    setAttribute(this.#stage, "data-stage", server.failingStage ?? "");
    setText(this.#reason, server.reason ?? "");
    setTitle(this.#reason, server.reason ?? "");
    setAttribute(this.#since, "datetime", server.since === null ? "" : new Date(server.since).toISOString());
    setTitle(this.#since, exact(server.since));
    this.tick(now);
    this.#draw();
    this.#detail?.update(server, now);
  }

  /** Brings relative times up to date. */
  tick(now: number): void {
    setText(this.#since, ago(this.#server.since, now));
    this.#sign(now);
    this.#detail?.tick(now);
  }

  /** The curve is drawn only while the row is near the screen. */
  set visible(visible: boolean) {
    this.#visible = visible;
    this.#draw();
  }

  get visible(): boolean {
    return this.#visible;
  }

  expand(now: number): void {
    if (this.#detail === null) {
      this.#detail = new Detail(this.#server, now);
      this.element.append(this.#detail.element);
      setAttribute(this.toggle, "aria-expanded", "true");
      setAttribute(this.toggle, "aria-controls", this.#detail.element.id);
    }
  }

  collapse(): void {
    this.#detail?.element.remove();
    this.#detail = null;
    setAttribute(this.toggle, "aria-expanded", "false");
    this.toggle.removeAttribute("aria-controls");
  }

  addEvent(event: MonitoringEvent, now: number): void {
    this.#detail?.addEvent(event, now);
  }

  reload(now: number): void {
    this.#detail?.reload(now);
  }

  #part(selector: string): HTMLElement {
    return find(this.element, selector, HTMLElement);
  }

  #showHealth(health: Server["health"]): void {
    setText(this.#score, health === null ? "" : scoreText(health.score));
    setAttribute(this.#score, "data-tone", health === null ? "" : scoreTone(health.score));
    setTitle(this.#score, health === null ? "" : healthTitle(health));
  }

  #sign(now: number): void {
    const found = [...signs(this.#server, now), ...unusualSigns(this.#server.health)];
    const key = JSON.stringify(found);
    if (key === this.#signsKey) {
      return;
    }
    this.#signsKey = key;
    this.#signs.replaceChildren(
      ...found.map((sign) => {
        const element = make("span", sign.word, "sign");
        element.dataset["sign"] = sign.key;
        element.title = sign.title;
        return element;
      }),
    );
  }

  #announceChange(): void {
    const quiet = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.#visible && !quiet) {
      this.element.classList.remove("changed");
      // Reading the size restarts the animation when the state changes again while it runs.
      void this.element.offsetWidth;
      this.element.classList.add("changed");
      this.element.addEventListener("animationend", () => this.element.classList.remove("changed"), { once: true });
    }
  }

  #draw(): void {
    const points = this.#server.recent;
    const changedAt = this.#server.changes;
    const health = this.#server.health;
    const same = this.#drawn === points && this.#drawnChanges === changedAt && this.#drawnHealth === health;
    if (!this.#visible || same) {
      return;
    }
    this.#drawnHealth = health;
    this.#drawn = points;
    this.#drawnChanges = changedAt;
    const { line, area, marks, changes, words } = curve(points, changedAt);
    const over = overlay(points, health?.anomalies ?? [], []);
    setAttribute(this.#severe, "d", over.severe);
    setAttribute(this.#unusual, "d", over.unusual);
    setAttribute(this.#line, "d", line);
    setAttribute(this.#area, "d", area);
    setAttribute(this.#marks, "d", marks);
    setAttribute(this.#changes, "d", changes);
    setAttribute(this.#spark, "aria-label", words + over.words);
  }
}

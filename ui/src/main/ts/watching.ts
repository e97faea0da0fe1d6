import { find, make, setAttribute, setFact, setText } from "./dom.ts";
import { ABSENT, ago, bytes, circuitWord, clock, count, exact, millis, used } from "./format.ts";
import type { Server } from "./model.ts";
import type { Attempt, Canary, Expiry, Load, Process, Watch } from "./watch.ts";
import {
  isSoon,
  left,
  loadWords,
  outcomeWord,
  paceWords,
  plain,
  ruleWords,
  sentence,
  shareWords,
  untilWords,
} from "./words.ts";

/** What the monitor knows of a server, in the blocks of its detail. */
export class Watching {
  readonly #root: HTMLElement;
  readonly #keys = new Map<string, string>();

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  update(server: Server, now: number): void {
    const watch = server.watch;
    setFact(this.#root, "rule", ruleWords(watch?.rule ?? null));
    setFact(this.#root, "doubt", watch === null || watch.doubt === null ? null : sentence(watch.doubt));
    setFact(this.#root, "flapping", watch?.flapping === true ? "Its state goes to and fro" : null);
    setFact(this.#root, "circuit", server.circuit === null ? null : circuitWord(server.circuit));
    this.#list("canaries", watch?.canaries ?? [], canaryElement);
    this.#list("recovery", watch?.recovery ?? [], attemptElement);
    this.#process(watch?.process ?? null);
    this.tick(server, now);
  }

  /** Brings times up to date. */
  tick(server: Server, now: number): void {
    const watch = server.watch;
    const held = watch?.heldUntil ?? null;
    setFact(this.#root, "held", held === null || held <= now ? null : `Until ${clock(held)}, as it asked for`);
    this.#list("expiries", watch?.expiries ?? [], (expiry) => expiryElement(expiry, now), expiryKey(watch, now));
    this.#load(watch?.load ?? null, now);
  }

  #process(process: Process | null): void {
    this.#block("process").hidden = process === null;
    if (process !== null) {
      setFact(this.#root, "pid", process.pid === null ? null : String(process.pid));
      setFact(this.#root, "uptime", process.uptimeSeconds === null ? ABSENT : ago(0, process.uptimeSeconds * 1_000));
      setFact(this.#root, "memory", bytes(process.memoryBytes));
      setFact(this.#root, "cpu", process.cpuTimeMs === null ? null : `${used(process.cpuTimeMs)} used`);
      setFact(this.#root, "starts", startWords(process));
      setFact(this.#root, "lastEnd", process.lastEnd === null ? null : sentence(process.lastEnd));
    }
  }

  #load(load: Load | null, now: number): void {
    this.#block("load").hidden = load === null;
    if (load !== null) {
      setFact(this.#root, "load", loadWords(load, now));
      setFact(this.#root, "share", shareWords(load));
      setFact(this.#root, "pace", paceWords(load));
    }
  }

  /** Rebuilds a list where it differs, so that an unchanged one keeps its selection. */
  #list<T>(name: string, items: readonly T[], toElement: (item: T) => HTMLElement, key = JSON.stringify(items)): void {
    if (this.#keys.get(name) !== key) {
      this.#keys.set(name, key);
      const block = this.#block(name);
      block.hidden = items.length === 0;
      find(block, ".items", HTMLElement).replaceChildren(...items.map(toElement));
    }
  }

  #block(name: string): HTMLElement {
    return find(this.#root, `[data-block=${name}]`, HTMLElement);
  }
}

function startWords(process: Process): string {
  if (process.starts === null) {
    return ABSENT;
  }
  return process.starts === 1 ? "Once" : `${count(process.starts)} times`;
}

function canaryElement(canary: Canary): HTMLElement {
  const time = canary.timeMs === null ? "not called in the last probe" : millis(canary.timeMs);
  return item(canary.tool, canary.outcome, outcomeWord(canary.outcome), time, canary.detail);
}

function attemptElement(attempt: Attempt): HTMLElement {
  const word = attempt.outcome === "failed" ? "Could not be done" : outcomeWord(attempt.outcome);
  const time = attempt.at === null ? "" : clock(attempt.at);
  const element = item(plain(attempt.action), attempt.outcome, word, time, attempt.detail);
  find(element, "[data-part=time]", HTMLElement).title = exact(attempt.at);
  return element;
}

function expiryKey(watch: Watch | null, now: number): string {
  return JSON.stringify((watch?.expiries ?? []).map((expiry) => [expiry, left(expiry, now)]));
}

function expiryElement(expiry: Expiry, now: number): HTMLElement {
  const soon = isSoon(expiry, now);
  const when = expiry.at < now ? exact(expiry.at) : untilWords(expiry.at, now);
  const element = item(plain(expiry.kind), soon ? "failed" : "passed", left(expiry, now), "", expiry.subject);
  element.title = when;
  return element;
}

/** A line: what, how it is, when or how long, and words about it. */
function item(name: string, tone: string, verdict: string, time: string, detail: string | null): HTMLElement {
  const element = make("li", "", "item");
  setAttribute(element, "data-outcome", tone);
  const timeElement = make("span", time, "quiet");
  timeElement.dataset["part"] = "time";
  element.append(make("span", name, "item-name"), make("span", verdict, "outcome"), timeElement);
  const words = make("span", "", "item-detail");
  setText(words, detail ?? "");
  element.append(words);
  return element;
}

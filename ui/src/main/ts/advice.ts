// What the monitor recommends: read from JSON, in words, and as a list that opens above the servers.

import { byId, make, setText } from "./dom.ts";
import { ago, count, exact } from "./format.ts";
import { array, instant, object, shown, text } from "./reading.ts";

/** One recommendation, or one line for those of many servers. */
export interface AdviceLine {
  readonly urgent: boolean;
  readonly what: string;
  readonly why: string;
  readonly effect: string;
  /** When the first of them was made. */
  readonly since: number | null;
}

/** What became of one, or what is being measured. */
export interface AdviceNews {
  readonly sentence: string;
  readonly at: number | null;
  /** helped, did_not_help, unclear, no_longer_needed; measuring before that is known. */
  readonly verdict: string;
}

export interface Advice {
  readonly lines: readonly AdviceLine[];
  readonly news: readonly AdviceNews[];
}

/** So many outcomes are listed; the API has more. */
const NEWS = 10;

const VERDICTS: Readonly<Record<string, string>> = {
  helped: "Helped",
  did_not_help: "Did not help",
  unclear: "Unclear",
  no_longer_needed: "Not needed any more",
  measuring: "Being measured",
};

/** The answer of the API, as the page shows it. */
export function advice(answer: unknown): Advice {
  const json = object(answer);
  const open = array(json["open"]).map(object);
  const since = new Map<string, number>();
  for (const one of open) {
    const id = text(object(one["recommendation"])["id"]);
    const at = instant(one["since"]);
    if (id !== null && at !== null) {
      since.set(id, at);
    }
  }
  return {
    lines: array(json["lines"]).flatMap((raw) => line(raw, since)),
    news: [...open.flatMap(measured), ...array(json["outcomes"]).flatMap(outcome)].slice(0, NEWS),
  };
}

function line(raw: unknown, since: ReadonlyMap<string, number>): AdviceLine[] {
  const json = object(raw);
  const what = shown(json["what"]);
  if (what === null) {
    return [];
  }
  const times = array(json["ids"]).flatMap((id) => since.get(text(id) ?? "") ?? []);
  return [
    {
      urgent: json["urgency"] === "urgent",
      what,
      why: shown(json["why"]) ?? "",
      effect: shown(json["effect"]) ?? "",
      since: times.length === 0 ? null : times.reduce((one, other) => Math.min(one, other)),
    },
  ];
}

function measured(open: Readonly<Record<string, unknown>>): AdviceNews[] {
  const change = object(open["change"]);
  const at = instant(change["at"]);
  const what = shown(object(open["recommendation"])["what"]);
  return at === null || what === null
    ? []
    : [
        {
          sentence: `${what}: ${shown(change["from"]) ?? ""} became ${shown(change["to"]) ?? ""}`,
          at,
          verdict: "measuring",
        },
      ];
}

function outcome(raw: unknown): AdviceNews[] {
  const json = object(raw);
  const sentence = shown(json["sentence"]);
  return sentence === null
    ? []
    : [{ sentence, at: instant(json["at"]), verdict: text(json["verdict"]) ?? "unclear" }];
}

/** How many there are: 3 recommendations, 1 urgent. */
export function adviceWords({ lines, news }: Advice): string {
  const urgent = lines.filter((one) => one.urgent).length;
  if (lines.length === 0) {
    return news.length === 0 ? "" : "No recommendations now";
  }
  const all = lines.length === 1 ? "1 recommendation" : `${count(lines.length)} recommendations`;
  return urgent === 0 ? all : `${all}, ${count(urgent)} urgent`;
}

export function verdictWords(verdict: string): string {
  return VERDICTS[verdict] ?? "Unclear";
}

/** The list of recommendations; hidden while there is nothing to tell. */
export class AdvicePanel {
  readonly #root = byId("advice", HTMLElement);
  readonly #words = byId("advice-words", HTMLElement);
  readonly #lines = byId("advice-lines", HTMLElement);
  readonly #news = byId("advice-news", HTMLElement);
  #key = "";

  show(answer: Advice, now: number): void {
    const key = JSON.stringify(answer);
    // Unchanged text stays in place, as somebody may be reading or selecting it.
    if (key === this.#key) {
      return;
    }
    this.#key = key;
    const words = adviceWords(answer);
    this.#root.hidden = words === "";
    setText(this.#words, words);
    this.#lines.replaceChildren(...answer.lines.map((one) => lineElement(one, now)));
    this.#news.replaceChildren(...answer.news.map((one) => newsElement(one, now)));
  }
}

function lineElement(one: AdviceLine, now: number): HTMLElement {
  const element = document.createElement("li");
  element.dataset["urgent"] = String(one.urgent);
  element.append(make("b", one.urgent ? `Urgent: ${one.what}` : one.what), make("p", one.why));
  const effect = one.effect === "" ? "" : `Expected: ${one.effect}. `;
  const since = make("p", `${effect}${one.since === null ? "" : `For ${ago(one.since, now)}.`}`, "quiet");
  since.title = one.since === null ? "" : `Since ${exact(one.since)}`;
  element.append(since);
  return element;
}

function newsElement(one: AdviceNews, now: number): HTMLElement {
  const element = document.createElement("li");
  element.dataset["verdict"] = one.verdict;
  const at = one.at === null ? "" : `, ${ago(one.at, now)} ago`;
  element.append(make("b", `${verdictWords(one.verdict)}${at}`), make("p", one.sentence));
  return element;
}

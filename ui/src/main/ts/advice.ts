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
  #times: { readonly element: HTMLElement; readonly words: (now: number) => string }[] = [];

  show(answer: Advice, now: number): void {
    const key = JSON.stringify(answer);
    // Unchanged text stays in place, as somebody may be reading or selecting it.
    if (key !== this.#key) {
      this.#key = key;
      this.#times = [];
      const words = adviceWords(answer);
      this.#root.hidden = words === "";
      setText(this.#words, words);
      this.#lines.replaceChildren(...answer.lines.map((one) => this.#line(one)));
      this.#news.replaceChildren(...answer.news.map((one) => this.#piece(one)));
    }
    this.tick(now);
  }

  tick(now: number): void {
    for (const { element, words } of this.#times) {
      setText(element, words(now));
    }
  }

  #line({ urgent, what, why, effect, since }: AdviceLine): HTMLElement {
    const element = document.createElement("li");
    element.dataset["urgent"] = String(urgent);
    element.append(make("b", urgent ? `Urgent: ${what}` : what), make("p", why));
    const last = make("p", effect === "" ? "" : `Expected: ${effect}. `, "quiet");
    if (since !== null) {
      last.title = `Since ${exact(since)}`;
      last.append(this.#time((now) => `For ${ago(since, now)}.`));
    }
    element.append(last);
    return element;
  }

  #piece({ verdict, at, sentence }: AdviceNews): HTMLElement {
    const element = document.createElement("li");
    element.dataset["verdict"] = verdict;
    const head = make("b", verdictWords(verdict));
    if (at !== null) {
      head.append(this.#time((now) => `, ${ago(at, now)} ago`));
    }
    element.append(head, make("p", sentence));
    return element;
  }

  /** A text of its own that each tick renews, so that what is around it stays as it is. */
  #time(words: (now: number) => string): HTMLElement {
    const element = make("span", "");
    this.#times.push({ element, words });
    return element;
  }
}

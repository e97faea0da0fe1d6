import assert from "node:assert/strict";
import { test } from "node:test";
import { advice, AdvicePanel, adviceWords, verdictWords } from "../../main/ts/advice.ts";

const SINCE = "2026-11-22T09:00:00Z";
const LATER = "2026-11-22T10:00:00Z";

const LINE = {
  rule: "timeout-too-tight",
  urgency: "normal",
  what: "Raise the request time-out of github to 12 s",
  why: "3 of 50 probes timed out",
  effect: "fewer false outages",
  servers: ["github"],
  ids: ["timeout-too-tight:github", "timeout-too-tight:files"],
};

const OPEN = {
  recommendation: { id: "timeout-too-tight:github", what: LINE.what },
  since: LATER,
  seen: LATER,
  change: null,
};

test("advice_lines_haveTheEarliestTimeOfTheirRecommendations", () => {
  const other = { ...OPEN, recommendation: { id: "timeout-too-tight:files", what: "x" }, since: SINCE };
  const found = advice({ lines: [LINE], open: [OPEN, other], outcomes: [] });
  assert.deepEqual(found.lines, [
    { urgent: false, what: LINE.what, why: LINE.why, effect: LINE.effect, since: Date.parse(SINCE) },
  ]);
  assert.deepEqual(found.news, []);
});

test("advice_news_areWhatIsMeasuredAndThenOutcomes_atMostTen", () => {
  const change = { at: LATER, from: "5 s", to: "12 s" };
  const outcome = { sentence: "It helped.", at: SINCE, verdict: "helped" };
  const found = advice({ lines: [], open: [{ ...OPEN, change }], outcomes: Array(20).fill(outcome) });
  assert.equal(found.news.length, 10);
  assert.deepEqual(found.news[0], {
    sentence: `${LINE.what}: 5 s became 12 s`,
    at: Date.parse(LATER),
    verdict: "measuring",
  });
  assert.deepEqual(found.news[1], { sentence: "It helped.", at: Date.parse(SINCE), verdict: "helped" });
});

test("advice_ofSomethingElse_isEmpty", () => {
  for (const answer of [null, 7, [], {}, { lines: [null, {}], open: [null], outcomes: [{ verdict: "helped" }] }]) {
    assert.deepEqual(advice(answer), { lines: [], news: [] });
  }
});

test("advice_textsOfServers_showWhatIsUnseen", () => {
  assert.equal(advice({ lines: [{ ...LINE, what: "a\u202eb" }] }).lines[0]?.what, "a\\u{202e}b");
});

test("adviceWords_countUrgentOnes", () => {
  const urgent = { ...LINE, urgency: "urgent" };
  assert.equal(adviceWords(advice({ lines: [LINE] })), "1 recommendation");
  assert.equal(adviceWords(advice({ lines: [urgent, LINE, LINE] })), "3 recommendations, 1 urgent");
  assert.equal(adviceWords(advice({})), "");
  assert.equal(adviceWords(advice({ outcomes: [{ sentence: "It helped." }] })), "No recommendations now");
});

test("verdictWords_knowsThoseOfLaterVersionsNot", () => {
  assert.equal(verdictWords("did_not_help"), "Did not help");
  assert.equal(verdictWords("splendid"), "Unclear");
});

/** As much of a page's element as the panel uses. */
class PlainElement {
  readonly children: PlainElement[] = [];
  readonly dataset: Record<string, string> = {};
  hidden = false;
  title = "";
  className = "";
  #text = "";

  get textContent(): string {
    return this.#text + this.children.map((child) => child.textContent).join("");
  }

  set textContent(text: string) {
    this.#text = text;
    this.children.length = 0;
  }

  append(...added: PlainElement[]): void {
    this.children.push(...added);
  }

  replaceChildren(...added: PlainElement[]): void {
    this.children.splice(0, this.children.length, ...added);
  }
}

test("AdvicePanel_unchangedAnswer_staysInPlaceWhileItsTimesGoOn", () => {
  const page = new Map<string, PlainElement>();
  const byId = (id: string): PlainElement => {
    const element = page.get(id) ?? new PlainElement();
    page.set(id, element);
    return element;
  };
  const document = { getElementById: byId, createElement: () => new PlainElement() };
  Object.assign(globalThis, { HTMLElement: PlainElement, document });
  const panel = new AdvicePanel();
  const at = Date.parse(LATER);
  const outcome = { sentence: "It helped.", at: LATER, verdict: "helped" };
  const answer = { lines: [{ ...LINE, ids: [OPEN.recommendation.id] }], open: [OPEN], outcomes: [outcome] };
  const texts = () => ["advice-lines", "advice-news"].map((id) => byId(id).children[0]?.textContent);

  panel.show(advice(answer), at + 10_000);
  const line = byId("advice-lines").children[0];
  assert.deepEqual(texts(), [
    `${LINE.what}${LINE.why}Expected: ${LINE.effect}. For 10 s.`,
    "Helped, 10 s agoIt helped.",
  ]);
  panel.tick(at + 11_000);
  assert.match(texts()[0] ?? "", /For 11 s\.$/);
  assert.match(texts()[1] ?? "", /^Helped, 11 s ago/);
  panel.show(advice(answer), at + 120_000);
  assert.match(texts()[0] ?? "", /For 2 min\.$/);
  assert.match(texts()[1] ?? "", /^Helped, 2 min ago/);
  assert.equal(byId("advice-lines").children[0], line);
});

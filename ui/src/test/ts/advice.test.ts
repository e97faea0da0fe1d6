import assert from "node:assert/strict";
import { test } from "node:test";
import { advice, adviceWords, verdictWords } from "../../main/ts/advice.ts";

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

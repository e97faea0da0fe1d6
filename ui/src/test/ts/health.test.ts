import assert from "node:assert/strict";
import { test } from "node:test";
import {
  findings,
  health,
  healthTitle,
  pointsText,
  scoreText,
  scoreTone,
  unusualSigns,
  type Anomaly,
} from "../../main/ts/health.ts";
import type { Point, Server } from "../../main/ts/model.ts";
import { arrange, type SortKey, type View } from "../../main/ts/order.ts";
import { overlay } from "../../main/ts/overlay.ts";
import { server } from "../../main/ts/reading.ts";
import { Store } from "../../main/ts/store.ts";

const T0 = Date.parse("2026-11-22T09:00:00Z");
const iso = (seconds: number): string => new Date(T0 + seconds * 1_000).toISOString();

const ANOMALY = {
  metric: "response_time_ms",
  severity: "critical",
  since: iso(15),
  until: null,
  value: 900,
  expectedLow: 5,
  expectedHigh: 10,
  score: 5.5,
  sentence: "Response time reached 900.0 ms where 5.0 ms to 10.0 ms was usual.",
};
const HEALTH = {
  score: 87.96,
  deductions: [
    { part: "anomalies", points: 10, why: "Unusual now: response_time_ms." },
    { part: "errors", points: 2.04, why: "3.40 % of the last hour's calls failed." },
  ],
  anomalies: [ANOMALY],
};

test("health_notKnownOrNoScore_isNull", () => {
  assert.equal(health(null), null);
  assert.equal(health({ deductions: [] }), null);
  assert.equal(health({ score: 101 }), null);
  assert.equal(health({ score: "100" }), null);
});

test("health_oddParts_areLeftOut", () => {
  const read = health({ score: 50, deductions: [7, { part: "state" }], anomalies: [{ metric: "x" }, null] });
  assert.deepEqual(read, { score: 50, deductions: [], anomalies: [] });
  assert.deepEqual(findings(null), { anomalies: [], shifts: [] });
});

test("health_textsOfOthers_areBoundedAndSeen", () => {
  const read = health({ ...HEALTH, anomalies: [{ ...ANOMALY, sentence: `\u202e${"x".repeat(3_000)}` }] });
  assert.match(read?.anomalies[0]?.sentence ?? "", /^\\u\{202e\}x{999}…$/);
});

test("scoreText_roundsDown_soThat100MeansNothingOff", () => {
  assert.deepEqual([100, 99.99, 0.4].map(scoreText), ["100", "99", "0"]);
});

test("scoreTone_changesAt90And50", () => {
  assert.deepEqual([100, 90, 89.9, 50, 49.9, 0].map(scoreTone), ["well", "well", "fair", "fair", "poor", "poor"]);
});

test("pointsText_isNeverNothing", () => {
  assert.deepEqual([40, 2.04, 0.01].map(pointsText), ["−40", "−2", "−0.1"]);
});

test("healthTitle_hasALineForEachDeduction", () => {
  const read = health(HEALTH);
  assert.ok(read);
  assert.equal(
    healthTitle(read),
    "Health 87 of 100\n−10 Anomalies: Unusual now: response_time_ms.\n−2 Errors: 3.40 % of the last hour's calls failed.",
  );
});

test("unusualSigns_nameEachMetricOnce", () => {
  const read = health({ ...HEALTH, anomalies: [ANOMALY, { ...ANOMALY, metric: "error_rate" }, ANOMALY] });
  const signs = unusualSigns(read);
  assert.deepEqual(signs.map((sign) => sign.word), ["Unusual: response time, error rate"]);
  assert.match(signs[0]?.title ?? "", /^Response time reached 900\.0 ms .* Since /);
  assert.deepEqual(unusualSigns(null), []);
  assert.deepEqual(unusualSigns(health({ score: 100 })), []);
});

test("arrange_byHealth_lowestFirst_andSearchFindsTheUnusual", () => {
  const servers = [{ id: "a", health: { score: 100 } }, { id: "b" }, { id: "c", health: HEALTH }]
    .map(server)
    .filter((one): one is Server => one !== null);
  const view = { query: "", states: new Set(), incident: null, sort: "health", descending: false } satisfies View;
  const ids = (part: { query?: string; sort?: SortKey; descending?: boolean }): string[] =>
    arrange(servers, { ...view, ...part }).map((one) => one.id);
  assert.deepEqual(ids({}), ["c", "a", "b"]);
  assert.deepEqual(ids({ descending: true }), ["a", "c", "b"]);
  assert.deepEqual(ids({ query: "unusual: response" }), ["c"]);
});

test("store_anotherState_hasNoScoreUntilItIsAsked", () => {
  const store = new Store();
  const up = { id: "a", state: "HEALTHY", health: { score: 100 } };
  store.replace([up]);
  store.metrics({ server: "a", at: iso(1), state: "HEALTHY" });
  assert.equal(store.get("a")?.health?.score, 100);
  store.metrics({ server: "a", at: iso(2), state: "DOWN" });
  assert.equal(store.get("a")?.health, null);
  store.watches([{ ...up, health: { score: 0 } }]);
  assert.equal(store.get("a")?.health?.score, 0);
});

const POINTS = [0, 10, 20, 30].map((seconds): Point => ({ at: T0 + seconds * 1_000, state: "HEALTHY", ms: 20 }));
const STEP = 120 / 59;
const x = (steps: number): string => String(Math.round((120 - steps * STEP) * 10) / 10);
const span = (since: number, until: number | null, more: Partial<Anomaly> = {}): Anomaly => ({
  metric: "response_time_ms",
  severity: "warning",
  since: T0 + since * 1_000,
  until: until === null ? null : T0 + until * 1_000,
  expectedLow: null,
  expectedHigh: null,
  sentence: "",
  ...more,
});

test("overlay_openAnomaly_reachesToTheEnd", () => {
  assert.equal(overlay(POINTS, [span(10, null)], []).unusual, `M${x(2)},0H120V24H${x(2)}Z`);
  assert.equal(overlay(POINTS, [span(10, null, { severity: "critical" })], []).severe, `M${x(2)},0H120V24H${x(2)}Z`);
});

test("overlay_beforeTheReadings_isCut_andOutsideIsNot", () => {
  assert.equal(overlay(POINTS, [span(-50, 10)], []).unusual, `M${x(3)},0H${x(2)}V24H${x(3)}Z`);
  assert.equal(overlay(POINTS, [span(-50, 0), span(31, null)], []).unusual, "");
  assert.equal(overlay([], [span(0, null)], []).unusual, "");
});

test("overlay_lastReadingAlone_isSeen", () => {
  assert.equal(overlay(POINTS, [span(30, null)], []).unusual, `M${x(1)},0H120V24H${x(1)}Z`);
});

test("overlay_otherMetric_isNoPartOfTheCurve", () => {
  const { unusual, severe, words } = overlay(POINTS, [span(10, null, { metric: "memory_mb" })], []);
  assert.deepEqual([unusual, severe, words], ["", "", ""]);
});

test("overlay_expected_isABandOfTheSpan", () => {
  const { expected } = overlay(POINTS, [span(10, 20, { expectedLow: 0, expectedHigh: 10 })], []);
  assert.equal(expected, `M${x(2)},11.5H${x(1)}V21H${x(2)}Z`);
});

test("overlay_shift_isALineAndWords", () => {
  const { shifts, words } = overlay(POINTS, [], [{ since: T0 + 20_000, sentence: "" }, { since: 0, sentence: "" }]);
  assert.equal(shifts, `M${x(1)},0V24`);
  assert.match(words, /^, lasting change at \d\d:\d\d:\d\d$/);
});

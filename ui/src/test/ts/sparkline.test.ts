import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, millis } from "../../main/ts/format.ts";
import type { Point } from "../../main/ts/model.ts";
import { curve } from "../../main/ts/sparkline.ts";

const up = (ms: number): Point => ({ at: 0, state: "HEALTHY", ms });
const down: Point = { at: 0, state: "DOWN", ms: null };

test("curve_down_leavesAGapAndAMark", () => {
  const { line, marks, words } = curve([up(5), up(10), down, up(5), up(5)]);
  assert.equal(line.split("M").length - 1, 2);
  assert.equal(marks.split("M").length - 1, 1);
  assert.equal(words, "Last 5 readings, 5 to 10 ms, 1 not up");
});

test("curve_noReadings_isEmpty", () => {
  assert.deepEqual(curve([]), { line: "", area: "", marks: "", changes: "", words: "No readings yet" });
});

test("curve_onePoint_isSeen", () => {
  assert.equal(curve([up(5)]).line, "M120,2h.6");
});

test("curve_allZero_hasNoNaN", () => {
  assert.doesNotMatch(JSON.stringify(curve([up(0), up(0)])), /NaN|Infinity/);
});

test("curve_changedCatalog_isMarkedWhereItLies", () => {
  const points = [0, 10, 20].map((at): Point => ({ at, state: "HEALTHY", ms: 5 }));
  const step = 120 / 59;
  const { changes, words } = curve(points, [-1, 15, 20, 21]);
  assert.equal(changes, `M${Math.round((120 - step / 2) * 10) / 10},0V24M120,0V24`);
  assert.equal(words, "Last 3 readings, 5 to 5 ms, 0 not up, catalog changed 2 times");
});

test("millis_notKnown_isNotZero", () => {
  assert.equal(millis(null), "–");
  assert.equal(millis(0.42), "0.4 ms");
  assert.equal(millis(1204.4), "1,204 ms");
});

test("ago_largestUnitThatSaysEnough", () => {
  const after = (seconds: number): string => ago(0, seconds * 1_000);
  assert.deepEqual([-5, 59, 60, 3_599, 3_600, 172_799, 172_800].map(after), [
    "0 s",
    "59 s",
    "1 min",
    "59 min",
    "1 h",
    "47 h",
    "2 d",
  ]);
});

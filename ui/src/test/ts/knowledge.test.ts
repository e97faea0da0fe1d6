import assert from "node:assert/strict";
import { test } from "node:test";
import { catalog, changeCount, countWords } from "../../main/ts/catalog.ts";
import { bytes, percent, used } from "../../main/ts/format.ts";
import { incidentState, incidentWords, openIncidents } from "../../main/ts/incidents.ts";
import { shown } from "../../main/ts/reading.ts";
import { watch } from "../../main/ts/watch.ts";
import { isSoon, latenessWords, left, ruleWords, signs } from "../../main/ts/words.ts";

const NOW = Date.parse("2026-11-22T09:00:00Z");
const DAY = 86_400_000;
const iso = (at: number): string => new Date(at).toISOString();

const INCIDENT = {
  id: "i1",
  kind: "host",
  name: "api:443",
  since: iso(NOW - 180_000),
  until: null,
  watched: 5,
  servers: ["a", "b", "c", "d"],
  down: ["a", "b", "c"],
};

test("incidentWords_host_namesThreeAndCountsTheRest", () => {
  const incident = openIncidents([INCIDENT])[0];
  assert.ok(incident);
  assert.equal(incidentWords(incident), "4 of 5 servers at the host api:443 fail: a, b, c and 1 more");
  assert.equal(incidentState(incident, NOW), "since 3 min, 3 down now");
});

test("incidentWords_uplink_namesNoPlace", () => {
  const incident = openIncidents([{ ...INCIDENT, kind: "uplink", name: "the network" }])[0];
  assert.ok(incident);
  assert.match(incidentWords(incident), /^4 of 5 servers behind our own network fail: /);
});

test("openIncidents_overOrWithoutId_areLeftOut", () => {
  assert.deepEqual(openIncidents([{ ...INCIDENT, until: iso(NOW) }, { kind: "host" }, null, 7]), []);
});

test("watch_absent_isNull_andOddFields_areNot", () => {
  assert.equal(watch(null), null);
  const odd = watch({ flapping: "yes", canaries: [7, { tool: "t" }], expiries: "none", load: 3, heldUntil: "soon" });
  assert.deepEqual(odd, {
    rule: null,
    doubt: null,
    flapping: false,
    circuit: null,
    heldUntil: null,
    load: null,
    process: null,
    canaries: [],
    expiries: [],
    recovery: [],
  });
});

test("signs_eachOddity_isAWordWithATitle", () => {
  const all = watch({ flapping: true, doubt: "the last probe found DOWN", heldUntil: iso(NOW + 5_000) });
  assert.deepEqual(
    signs({ watch: all, circuit: "OPEN", drift: "wording: x" }, NOW).map((sign) => sign.word),
    ["Changed", "Circuit open", "Flapping", "Held", "Doubt"],
  );
  assert.deepEqual(
    signs({ watch: all, circuit: "CLOSED", drift: null }, NOW + 5_001).map((sign) => sign.word),
    ["Flapping", "Doubt"],
  );
  assert.ok(signs({ watch: all, circuit: "HALF_OPEN", drift: null }, NOW).every((sign) => sign.title !== ""));
  assert.deepEqual(signs({ watch: null, circuit: null, drift: null }, NOW), []);
});

test("ruleWords_unknownRule_isItsName", () => {
  assert.equal(ruleWords("no_answer"), "It does not answer in time");
  assert.equal(ruleWords("brand_new"), "Brand new");
  assert.equal(ruleWords(null), null);
});

test("left_daysHoursAndOver", () => {
  const after = (ms: number): string => left({ kind: "token", subject: "", at: NOW + ms }, NOW);
  assert.deepEqual([30 * DAY, 6 * DAY, DAY + 5, 3_600_000, -3 * DAY].map(after), [
    "30 days left",
    "only 6 days left",
    "only 1 day left",
    "only 1 h left",
    "ended 3 d ago",
  ]);
  assert.equal(isSoon({ kind: "token", subject: "", at: NOW + 7 * DAY }, NOW), false);
  assert.equal(isSoon({ kind: "token", subject: "", at: NOW + 7 * DAY - 1 }, NOW), true);
});

test("latenessWords_onlyOverHalfASecond", () => {
  assert.equal(latenessWords(null, 3), "");
  assert.equal(latenessWords(500, 3), "");
  assert.equal(latenessWords(1_204, 0), "The monitor is behind: probes begin up to 1,204 ms late (p99)");
  assert.match(latenessWords(1_204, 2), /, 2 turns missed$/);
});

test("shown_longOrUnseen_isBoundedAndVisible", () => {
  assert.equal(shown("x".repeat(2_000))?.length, 1_001);
  assert.equal(shown("a\u202eb\u0000c\nd"), "a\\u{202e}b\\u{0}c\nd");
  assert.equal(shown("ab\u{1f600}", 3), "ab…");
  assert.equal(shown(7), null);
});

test("catalog_changes_areReadAndCounted", () => {
  const of = catalog({
    server: "a",
    problem: null,
    approved: { hash: "h1", at: iso(NOW), by: "first seen" },
    current: { hash: "h2", since: iso(NOW) },
    class: "breaking",
    counts: { breaking: 2, wording: 300, additive: 0 },
    changes: [
      { kind: "tool", name: "t", class: "breaking", sentence: "t is gone", before: null, after: null },
      { kind: "tool", name: "u", class: "wording", sentence: "u says something else", before: "<b>x</b>", after: "y" },
    ],
  });
  assert.ok(of);
  assert.equal(of.approvedByHand, false);
  assert.equal(of.hash, "h2");
  assert.equal(changeCount(of), 302);
  assert.equal(countWords(of), "2 breaking, 300 wording");
  assert.equal(of.changes[1]?.before, "<b>x</b>");
});

test("catalog_noAnswer_isNull", () => {
  assert.equal(catalog(null), null);
});

test("amounts_haveTheirUnits", () => {
  assert.deepEqual([812, 42_000_000, 1_400_000_000].map(bytes), ["0.8 kB", "42 MB", "1.4 GB"]);
  assert.equal(bytes(null), "–");
  assert.deepEqual([420, 12_400, 600_000].map(used), ["420 ms", "12.4 s", "10 min"]);
  assert.deepEqual([0.003, 0.123].map(percent), ["0.3 %", "12 %"]);
});

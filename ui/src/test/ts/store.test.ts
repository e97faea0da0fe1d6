import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../../main/ts/store.ts";

const T0 = Date.parse("2026-11-22T09:00:00Z");
const iso = (seconds: number): string => new Date(T0 + seconds * 1_000).toISOString();

function storeWith(...servers: object[]): Store {
  const store = new Store();
  store.replace(servers);
  store.drain();
  return store;
}

const UP = {
  id: "a",
  state: "HEALTHY",
  since: iso(0),
  lastCheckAt: iso(10),
  recent: [{ at: iso(10), state: "HEALTHY", responseTimeMs: 5 }],
};

test("replace_absentFields_areNull", () => {
  const server = storeWith({ id: "a", state: "HEALTHY" }).get("a");
  assert.equal(server?.responseTimeMs, null);
  assert.equal(server?.toolCount, null);
  assert.deepEqual(server?.recent, []);
});

test("replace_unknownState_isNotGreen", () => {
  assert.equal(storeWith({ id: "a", state: "SPLENDID" }).get("a")?.state, "UNKNOWN");
});

test("replace_serverGone_isMembership", () => {
  const store = storeWith(UP, { ...UP, id: "b" });
  store.replace([UP]);
  assert.equal(store.size, 1);
  assert.equal(store.drain().membership, true);
  assert.equal(store.drain().membership, false);
});

test("metrics_newState_beginsNow", () => {
  const store = storeWith({ ...UP, reason: "old" });
  assert.equal(store.metrics({ server: "a", at: iso(25), state: "DOWN", responseTimeMs: null }), true);
  const server = store.get("a");
  assert.equal(server?.state, "DOWN");
  assert.equal(server?.since, T0 + 25_000);
  assert.equal(server?.reason, null);
  assert.equal(server?.recent.length, 2);
  assert.deepEqual([...store.drain().changed], ["a"]);
});

test("metrics_sameState_keepsSince", () => {
  const store = storeWith(UP);
  store.metrics({ server: "a", at: iso(25), state: "HEALTHY", responseTimeMs: 7 });
  assert.equal(store.get("a")?.since, T0);
  assert.equal(store.get("a")?.responseTimeMs, 7);
});

test("metrics_olderThanTheList_isIgnored", () => {
  const store = storeWith(UP);
  store.metrics({ server: "a", at: iso(5), state: "DOWN", responseTimeMs: null });
  assert.equal(store.get("a")?.state, "HEALTHY");
});

test("metrics_unknownServer_asksForTheList", () => {
  assert.equal(storeWith(UP).metrics({ server: "new", at: iso(25), state: "HEALTHY" }), false);
});

test("metrics_manyReadings_keepSixty", () => {
  const store = storeWith(UP);
  for (let i = 1; i <= 100; i++) {
    store.metrics({ server: "a", at: iso(10 + i), state: "HEALTHY", responseTimeMs: i });
  }
  assert.equal(store.get("a")?.recent.length, 60);
  assert.equal(store.get("a")?.recent.at(-1)?.ms, 100);
});

const REFUSED = {
  server: "a",
  at: iso(25),
  state: "DOWN",
  responseTimeMs: null,
  reason: "refused",
  stages: [
    { stage: "resolve", verdict: "PASSED", timeMs: 1 },
    { stage: "connect", verdict: "FAILED", timeMs: 2, detail: "refused" },
  ],
};

test("health_confirmedBySample_givesTheReason", () => {
  const store = storeWith(UP);
  store.health(REFUSED);
  store.metrics({ server: "a", at: iso(25), state: "DOWN", responseTimeMs: null, circuit: "OPEN" });
  const server = store.get("a");
  assert.equal(server?.recent.length, 2);
  assert.equal(server?.failingStage, "connect");
  assert.equal(server?.reason, "refused");
  assert.equal(server?.since, T0 + 25_000);
  assert.equal(server?.circuit, "OPEN");
});

test("health_notConfirmed_leavesTheDeclaredState", () => {
  const store = storeWith(UP);
  store.health(REFUSED);
  store.metrics({ server: "a", at: iso(25), state: "HEALTHY", responseTimeMs: null });
  const server = store.get("a");
  assert.equal(server?.state, "HEALTHY");
  assert.equal(server?.since, T0);
  assert.equal(server?.reason, null);
  assert.equal(server?.failingStage, null);
  assert.equal(server?.stages.length, 2);
});

test("health_afterItsSample_givesTheReason", () => {
  const store = storeWith(UP);
  store.metrics({ server: "a", at: iso(25), state: "DOWN", responseTimeMs: null, lastError: "connect: refused" });
  assert.equal(store.get("a")?.reason, "connect: refused");
  store.health(REFUSED);
  assert.equal(store.get("a")?.reason, "refused");
});

test("watches_knownServer_keepsItsReadings", () => {
  const store = storeWith(UP);
  store.watches([{ id: "a", state: "DOWN", watch: { flapping: true, circuit: "OPEN" } }, { id: "new", watch: {} }]);
  assert.equal(store.get("a")?.watch?.flapping, true);
  assert.equal(store.get("a")?.state, "HEALTHY");
  assert.equal(store.get("a")?.recent.length, 1);
  assert.equal(store.get("new"), undefined);
});

test("replace_catalogChange_isKept", () => {
  const store = storeWith(UP);
  store.catalogChanged("a", T0);
  store.catalogChanged("a", T0);
  store.replace([UP]);
  assert.deepEqual(store.get("a")?.changes, [T0]);
});

test("drifts_ofTheList_comeAndGo", () => {
  const store = storeWith(UP);
  store.drifts([{ server: "a", class: "breaking", changes: 1, sentence: "tool 't' is gone" }]);
  assert.equal(store.get("a")?.drift, "breaking: tool 't' is gone");
  store.drifts([]);
  assert.equal(store.get("a")?.drift, null);
});

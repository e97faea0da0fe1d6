import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, staying, type SortKey, type View } from "../../main/ts/order.ts";
import { server } from "../../main/ts/reading.ts";
import type { Server, State } from "../../main/ts/model.ts";

const servers = [
  { id: "s10", state: "HEALTHY", responseTimeMs: 3 },
  { id: "s9", state: "HEALTHY", responseTimeMs: 8, reason: "Slow disk" },
  { id: "b", state: "DOWN" },
  { id: "a", state: "DEGRADED", responseTimeMs: 100 },
]
  .map(server)
  .filter((one): one is Server => one !== null);

function ids(view: Partial<View>): string[] {
  const all: View = {
    query: "",
    states: new Set<State>(),
    incident: null,
    sort: "state" satisfies SortKey,
    descending: false,
  };
  return arrange(servers, { ...all, ...view }).map((one) => one.id);
}

test("arrange_byDefault_worstFirstThenName", () => {
  assert.deepEqual(ids({}), ["b", "a", "s9", "s10"]);
});

test("arrange_byLatency_notKnownIsLastInBothDirections", () => {
  assert.deepEqual(ids({ sort: "latency" }), ["s10", "s9", "a", "b"]);
  assert.deepEqual(ids({ sort: "latency", descending: true }), ["a", "s9", "s10", "b"]);
});

test("arrange_searchAndStates_bothHold", () => {
  assert.deepEqual(ids({ query: " slow " }), ["s9"]);
  assert.deepEqual(ids({ states: new Set<State>(["DOWN", "DEGRADED"]) }), ["b", "a"]);
});

test("arrange_among_onlyThese", () => {
  const view: View = { query: "", states: new Set<State>(), incident: "i", sort: "name", descending: true };
  assert.deepEqual(
    arrange(servers, view, new Set(["a", "s9", "gone"])).map((one) => one.id),
    ["s9", "a"],
  );
});

test("staying_oneRowMovedToTheTop_aloneMoves", () => {
  assert.deepEqual([...staying([3, 0, 1, 2])].sort(), [1, 2, 3]);
});

test("staying_oneRowMovedToTheEnd_aloneMoves", () => {
  assert.deepEqual([...staying([1, 2, 3, 0])].sort(), [0, 1, 2]);
});

test("staying_inOrder_allStay", () => {
  assert.equal(staying([2, 5, 9]).size, 3);
  assert.equal(staying([]).size, 0);
});

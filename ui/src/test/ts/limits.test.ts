import assert from "node:assert/strict";
import { test } from "node:test";
import { isNear, limits, limitSentence, limitsWords } from "../../main/ts/limits.ts";

const NOW = Date.parse("2026-11-23T00:00:00Z");

const DATABASE = {
  resource: "database_size",
  kind: "held",
  unit: "bytes",
  used: 310_000_000,
  limit: 500_000_000,
  forecast: { low: 320_000_000, median: 330_000_000, high: 340_000_000 },
  lastsUntil: { low: "2026-12-20T12:00:00Z", median: "2027-01-05T00:00:00Z", high: "2027-02-01T00:00:00Z" },
};

const COMMANDS = {
  resource: "redis_commands",
  kind: "monthly",
  unit: "commands",
  used: 420_000,
  limit: 500_000,
  forecast: { low: 510_000, median: 540_000, high: null },
  lastsUntil: { low: "2026-11-27T00:00:00Z", median: "2026-11-29T00:00:00Z", high: null },
};

test("limits_areThoseThatAreMeasuredAndLimited_fullestFirst", () => {
  const unlimited = { ...DATABASE, limit: null };
  const unmeasured = { ...DATABASE, used: null };
  const found = limits({ resources: [DATABASE, unlimited, unmeasured, COMMANDS, null, 7] });
  assert.deepEqual(
    found.map((one) => one.name),
    ["Redis commands", "Database"],
  );
  assert.deepEqual(limits({ resources: null }), []);
  assert.deepEqual(limits(undefined), []);
});

test("limitsWords_tellTheTimeOfThoseThatAreNear", () => {
  const all = limits({ resources: [DATABASE, COMMANDS] });
  assert.equal(limitsWords(all, NOW), "Limits: Redis commands 84 %, used up in 4 days at the earliest · Database 62 %");
  assert.equal(limitsWords([], NOW), "");
});

test("isNear_byShareOrByDays", () => {
  const [database] = limits({ resources: [DATABASE] });
  assert.ok(database);
  assert.equal(isNear(database, NOW), false);
  assert.equal(isNear(database, Date.parse("2026-12-10T00:00:00Z")), true);
  assert.equal(isNear({ ...database, until: null, used: 400_000_000 }, NOW), true);
});

test("limitSentence_saysUseAndRange", () => {
  const [commands, database] = limits({ resources: [DATABASE, COMMANDS] });
  assert.ok(commands && database);
  assert.equal(limitSentence(database, NOW), "310 MB of 500 MB used. Full in 27 to 70 days.");
  assert.equal(
    limitSentence(commands, NOW),
    "420,000 of 500,000 commands used this month. At this pace at least 510,000 at the end of the month. Used up in 4 days at the earliest.",
  );
  assert.equal(
    limitSentence({ ...database, until: { low: NOW + 3_600_000, high: NOW + 7_200_000 } }, NOW),
    "310 MB of 500 MB used. Full in 1 to 2 h.",
  );
  assert.equal(limitSentence({ ...database, used: 500_000_000 }, NOW), "500 MB of 500 MB used. Full.");
  assert.match(limitSentence({ ...database, until: null }, NOW), /No end in sight, or the growth is not known yet\.$/);
});

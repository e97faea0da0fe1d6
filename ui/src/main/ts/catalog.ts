// What a server offers against what is approved: read from JSON, and in words.

import { count } from "./format.ts";
import { array, instant, number, object, shown, text } from "./reading.ts";
import { plain } from "./words.ts";

export interface CatalogChange {
  /** breaking, wording or additive. */
  readonly changeClass: string;
  readonly sentence: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Catalog {
  /** Why what it offers now is not kept. */
  readonly problem: string | null;
  /** Since when what is approved is. */
  readonly approvedAt: number | null;
  /** Whether a person approved it, instead of it being what was seen first. */
  readonly approvedByHand: boolean;
  /** What the server offers now; null while that is not known. */
  readonly hash: string | null;
  readonly since: number | null;
  /** By class, also of changes that are not listed. */
  readonly counts: Readonly<Record<string, number>>;
  readonly changes: readonly CatalogChange[];
}

/** Descriptions are long; what is longer was not written for people. */
const LONGEST_TEXT = 8_000;
const MOST_CHANGES = 200;
const FIRST_SEEN = "first seen";

/** The catalog of an answer, or null where there is none. */
export function catalog(raw: unknown): Catalog | null {
  const json = object(raw);
  if (text(json["server"]) === null) {
    return null;
  }
  const approved = object(json["approved"]);
  const current = object(json["current"]);
  return {
    problem: shown(json["problem"]),
    approvedAt: instant(approved["at"]),
    approvedByHand: text(approved["by"]) !== null && text(approved["by"]) !== FIRST_SEEN,
    hash: text(current["hash"]),
    since: instant(current["since"]),
    counts: counts(json["counts"]),
    changes: array(json["changes"]).slice(0, MOST_CHANGES).flatMap(change),
  };
}

function counts(value: unknown): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [name, raw] of Object.entries(object(value))) {
    const changes = number(raw);
    if (changes !== null && changes > 0) {
      result[name] = changes;
    }
  }
  return result;
}

function change(raw: unknown): CatalogChange[] {
  const json = object(raw);
  const sentence = shown(json["sentence"]);
  return sentence === null
    ? []
    : [
        {
          changeClass: shown(json["class"], 40) ?? "",
          sentence,
          before: shown(json["before"], LONGEST_TEXT),
          after: shown(json["after"], LONGEST_TEXT),
        },
      ];
}

/** How many changes there are, those that are not listed included. */
export function changeCount(of: Catalog): number {
  const counted = Object.values(of.counts).reduce((sum, one) => sum + one, 0);
  return Math.max(counted, of.changes.length);
}

/** 2 breaking, 1 wording. */
export function countWords(of: Catalog): string {
  return Object.entries(of.counts)
    .map(([name, changes]) => `${count(changes)} ${plain(name).toLowerCase()}`)
    .join(", ");
}

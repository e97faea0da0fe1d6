// How much of each limited service is used, and how long it lasts at this pace: never a single day, but from when to when.

import { byId, make, setText } from "./dom.ts";
import { bytes, count, percent } from "./format.ts";
import { array, instant, number, object, text } from "./reading.ts";

/** The earliest and the latest; null where that is not in sight. */
interface Span {
  readonly low: number;
  readonly high: number | null;
}

/** A resource with a limit. */
export interface Limit {
  readonly name: string;
  readonly monthly: boolean;
  readonly inBytes: boolean;
  readonly used: number;
  readonly limit: number;
  /** What is used at the end of the month at this pace; null for what is held, or without a pace. */
  readonly monthEnd: Span | null;
  /** When the limit is reached; null where it is not. */
  readonly until: Span | null;
}

const NAMES: Readonly<Record<string, string>> = {
  redis_commands: "Redis commands",
  redis_traffic: "Redis traffic",
  redis_memory: "Redis memory",
  database_egress: "Database traffic",
  database_size: "Database",
};

/** So full, or so few days left, that a reader should know without opening the list. */
const FULL_SHARE = 0.8;
const FEW_DAYS = 14;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The resources of the answer that have a limit and are measured, fullest first. */
export function limits(answer: unknown): Limit[] {
  return array(object(answer)["resources"])
    .flatMap((raw) => limit(raw))
    .sort((one, other) => share(other) - share(one));
}

function limit(raw: unknown): Limit[] {
  const json = object(raw);
  const resource = text(json["resource"]);
  const used = number(json["used"]);
  const most = number(json["limit"]);
  if (resource === null || used === null || most === null || most <= 0) {
    return [];
  }
  const monthly = json["kind"] === "monthly";
  return [
    {
      name: NAMES[resource] ?? resource,
      monthly,
      inBytes: json["unit"] === "bytes",
      used,
      limit: most,
      monthEnd: monthly ? span(json["forecast"], number) : null,
      until: span(json["lastsUntil"], instant),
    },
  ];
}

function span(raw: unknown, read: (value: unknown) => number | null): Span | null {
  const json = object(raw);
  const low = read(json["low"]);
  return low === null ? null : { low, high: read(json["high"]) };
}

function share(one: Limit): number {
  return one.used / one.limit;
}

/** Whether it is nearly used up, or soon will be. */
export function isNear(one: Limit, now: number): boolean {
  return share(one) >= FULL_SHARE || (one.until !== null && one.until.low - now < FEW_DAYS * DAY_MS);
}

/** All of them in a line; those that are near with their time. */
export function limitsWords(all: readonly Limit[], now: number): string {
  const parts = all.map((one) => {
    const left = isNear(one, now) ? leftWords(one, now) : "";
    return `${one.name} ${percent(share(one))}${left === "" ? "" : `, ${left}`}`;
  });
  return parts.length === 0 ? "" : `Limits: ${parts.join(" · ")}`;
}

/** One of them, as a sentence. */
export function limitSentence(one: Limit, now: number): string {
  const unit = one.inBytes ? "" : " commands";
  const month = one.monthly ? " this month" : "";
  const sentences = [`${amount(one.used, one)} of ${amount(one.limit, one)}${unit} used${month}.`];
  if (one.monthEnd !== null) {
    const { low, high } = one.monthEnd;
    const end = high === null ? `at least ${amount(low, one)}` : `${amount(low, one)} to ${amount(high, one)}`;
    sentences.push(`At this pace ${end} at the end of the month.`);
  }
  const left = leftWords(one, now);
  if (left !== "") {
    sentences.push(`${left.charAt(0).toUpperCase()}${left.slice(1)}.`);
  } else if (one.used < one.limit) {
    sentences.push(one.monthly ? "It lasts for the month, or the pace is not known yet." : "No end in sight, or the growth is not known yet.");
  }
  return sentences.join(" ");
}

function amount(value: number, one: Limit): string {
  return one.inBytes ? bytes(value) : count(value);
}

function leftWords(one: Limit, now: number): string {
  const word = one.monthly ? "used up" : "full";
  if (one.used >= one.limit) {
    return word;
  }
  if (one.until === null) {
    return "";
  }
  const { low, high } = one.until;
  const hours = (high ?? low) - now < 2 * DAY_MS;
  const size = hours ? HOUR_MS : DAY_MS;
  const unit = hours ? "h" : "days";
  const from = count(Math.max(0, Math.floor((low - now) / size)));
  const to = high === null ? null : count(Math.ceil((high - now) / size));
  return to === null ? `${word} in ${from} ${unit} at the earliest` : `${word} in ${from === to ? "" : `${from} to `}${to} ${unit}`;
}

/** The line of limits and its list; hidden where nothing has a limit. */
export class LimitsPanel {
  readonly #root = byId("limits", HTMLElement);
  readonly #words = byId("limits-words", HTMLElement);
  readonly #list = byId("limits-list", HTMLElement);
  #key = "";

  show(all: readonly Limit[], now: number): void {
    const words = limitsWords(all, now);
    const lines = all.map((one) => ({ name: one.name, near: isNear(one, now), sentence: limitSentence(one, now) }));
    const key = JSON.stringify([words, lines]);
    if (key === this.#key) {
      return;
    }
    this.#key = key;
    this.#root.hidden = words === "";
    setText(this.#words, words);
    this.#list.replaceChildren(
      ...lines.map((line) => {
        const element = document.createElement("li");
        element.dataset["urgent"] = String(line.near);
        element.append(make("b", line.name), make("p", line.sentence));
        return element;
      }),
    );
  }
}

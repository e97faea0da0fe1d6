// What the monitor knows, in words for people.

import { ABSENT, ago, clock, count, exact, millis, percent } from "./format.ts";
import type { Server } from "./model.ts";
import type { Expiry, Load } from "./watch.ts";

const RULES: Readonly<Record<string, string>> = {
  all_passed: "Every stage passed",
  oddities: "It answers, and something about its answers is wrong",
  canary_failed: "A canary call did not give what it should",
  canary_stopped: "A canary is not called: its tool is not the one that was approved",
  request_failed: "It shakes hands, and answers a later request with an error",
  version_mismatch: "It speaks no protocol version that the monitor speaks",
  endless_list: "One of its lists does not end",
  rate_limited: "It says that it is asked too often",
  credentials_refused: "It wants credentials, or does not accept those that it gets",
  no_tools: "It lists no tools, though it should",
  unreachable: "It cannot be reached",
  not_running: "Its process does not start, or ends",
  no_answer: "It does not answer in time",
  bad_answer: "What it answers is no MCP",
};

const OUTCOMES: Readonly<Record<string, string>> = {
  passed: "Passed",
  failed: "Failed",
  stopped: "Stopped",
  pending: "Under way",
  helped: "Helped",
  did_not_help: "Did not help",
};

const DAY_MS = 86_400_000;
/** What ends within so many days wants somebody to act. */
const SOON_DAYS = 7;

type Known = Pick<Server, "watch" | "circuit" | "drift">;

/** A mark of a row: something that is so, beside the declared state. */
export interface Sign {
  readonly key: string;
  readonly word: string;
  readonly title: string;
}

/** A name of the wire as words: `did_not_help`. */
export function plain(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function ruleWords(rule: string | null): string | null {
  return rule === null ? null : (RULES[rule] ?? plain(rule));
}

export function outcomeWord(outcome: string): string {
  return OUTCOMES[outcome] ?? plain(outcome);
}

/** What a reader of the list should know of a server beside its state. */
export function signs({ watch, circuit, drift }: Known, now: number): Sign[] {
  const result: Sign[] = [];
  if (drift !== null) {
    result.push({ key: "drift", word: "Changed", title: `Not what was approved. ${sentence(drift)}` });
  }
  if (circuit === "OPEN") {
    result.push({ key: "circuit", word: "Circuit open", title: "It failed again and again, so it is probed less often" });
  } else if (circuit === "HALF_OPEN") {
    result.push({ key: "circuit", word: "Circuit half open", title: "One probe finds out whether it is back" });
  }
  if (watch === null) {
    return result;
  }
  if (watch.flapping) {
    result.push({
      key: "flapping",
      word: "Flapping",
      title: "Its state goes to and fro; the changes are not told one by one",
    });
  }
  if (watch.heldUntil !== null && watch.heldUntil > now) {
    result.push({ key: "held", word: "Held", title: `Not probed until ${clock(watch.heldUntil)}, as it asked for` });
  }
  if (watch.doubt !== null) {
    result.push({ key: "doubt", word: "Doubt", title: sentence(watch.doubt) });
  }
  return result;
}

/** The text with a capital at its beginning. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function isSoon(expiry: Expiry, now: number): boolean {
  return expiry.at - now < SOON_DAYS * DAY_MS;
}

/** How long it still holds: 3 days left, on the last day the hours. */
export function left(expiry: Expiry, now: number): string {
  const ms = expiry.at - now;
  if (ms < 0) {
    return `ended ${ago(expiry.at, now)} ago`;
  }
  const days = Math.floor(ms / DAY_MS);
  if (days === 0) {
    return `only ${ago(0, ms)} left`;
  }
  const unit = days === 1 ? "day" : "days";
  return isSoon(expiry, now) ? `only ${days} ${unit} left` : `${count(days)} ${unit} left`;
}

/** How much we ask of the server. */
export function loadWords(load: Load, now: number): string {
  const since = load.since === null ? "" : ` in ${ago(load.since, now)}`;
  return `${count(load.probes)} probes with ${count(load.requests)} requests${since}`;
}

/** How often it is probed. */
export function paceWords(load: Load): string {
  if (load.intervals === null) {
    return ABSENT;
  }
  return load.intervals <= 1 ? "At every interval" : `Every ${count(load.intervals)} intervals, as its probes take long`;
}

export function shareWords(load: Load): string {
  return load.share === null ? ABSENT : `A probe is under way ${percent(load.share)} of the time`;
}

/** Until when, with what is left of it. */
export function untilWords(at: number, now: number): string {
  return `${exact(at)}, in ${ago(now, at)}`;
}

/** How late probes begin, when that is worth a warning; else nothing. */
export function latenessWords(p99Ms: number | null, missed: number | null): string {
  if (p99Ms === null || p99Ms <= LATE_MS) {
    return "";
  }
  const left = missed === null || missed === 0 ? "" : `, ${count(missed)} turns missed`;
  return `The monitor is behind: probes begin up to ${millis(p99Ms)} late (p99)${left}`;
}

const LATE_MS = 500;

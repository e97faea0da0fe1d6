// How well a server does and what is unusual about it: read from JSON, and in words.

import { exact } from "./format.ts";
import { array, instant, number, object, shown, text } from "./reading.ts";
import { plain, type Sign } from "./words.ts";

/** What was taken off 100. */
export interface Deduction {
  /** state, availability, errors, response_time or anomalies. */
  readonly part: string;
  readonly points: number;
  readonly why: string;
}

export interface Anomaly {
  readonly metric: string;
  readonly severity: string;
  readonly since: number;
  /** Null while it lasts. */
  readonly until: number | null;
  readonly expectedLow: number | null;
  readonly expectedHigh: number | null;
  readonly sentence: string;
}

/** A lasting change of the response time. */
export interface Shift {
  /** The last reading of the old level. */
  readonly since: number;
  readonly sentence: string;
}

export interface Health {
  /** 0 to 100. */
  readonly score: number;
  readonly deductions: readonly Deduction[];
  /** What is unusual now. */
  readonly anomalies: readonly Anomaly[];
}

/** What was unusual in a stretch of time. */
export interface Findings {
  readonly anomalies: readonly Anomaly[];
  readonly shifts: readonly Shift[];
}

export const RESPONSE_TIME = "response_time_ms";
/** The types of the events that tell of anomalies and of shifts. */
export const FINDING_EVENTS: readonly string[] = ["anomaly", "performance_degradation"];

/** So much of each list is read; the monitor keeps more of a server that is never as usual. */
const MOST_ITEMS = 100;
/** From that score on a server is well; what is declared degraded is under it. */
const WELL = 90;
/** Under that score something takes off more than a degraded state does. */
const POOR = 50;

const METRIC_WORDS: Readonly<Record<string, string>> = {
  [RESPONSE_TIME]: "Response time",
  error_rate: "Error rate",
  memory_mb: "Memory",
  requests: "Number of requests",
  availability: "Availability",
};

const PART_WORDS: Readonly<Record<string, string>> = {
  state: "State",
  availability: "Availability",
  errors: "Errors",
  response_time: "Response time",
  anomalies: "Anomalies",
};

/** The health of a server, or null where it is not known. */
export function health(raw: unknown): Health | null {
  const json = object(raw);
  const score = number(json["score"]);
  if (score === null || score < 0 || score > 100) {
    return null;
  }
  return {
    score,
    deductions: array(json["deductions"]).slice(0, MOST_ITEMS).flatMap(deduction),
    anomalies: anomalies(json["anomalies"]).filter((anomaly) => anomaly.until === null),
  };
}

function deduction(raw: unknown): Deduction[] {
  const json = object(raw);
  const part = shown(json["part"], 40);
  const points = number(json["points"]);
  return part === null || points === null ? [] : [{ part, points, why: shown(json["why"]) ?? "" }];
}

function anomalies(raw: unknown): Anomaly[] {
  // The newest stand last.
  return array(raw).slice(-MOST_ITEMS).flatMap((one) => {
    const json = object(one);
    const metric = shown(json["metric"], 40);
    const since = instant(json["since"]);
    if (metric === null || since === null) {
      return [];
    }
    return [
      {
        metric,
        severity: text(json["severity"])?.toLowerCase() ?? "warning",
        since,
        until: instant(json["until"]),
        expectedLow: number(json["expectedLow"]),
        expectedHigh: number(json["expectedHigh"]),
        sentence: shown(json["sentence"]) ?? "",
      },
    ];
  });
}

/** What the API tells of a stretch of time. */
export function findings(raw: unknown): Findings {
  const json = object(raw);
  return {
    anomalies: anomalies(json["anomalies"]),
    shifts: array(json["shifts"]).slice(-MOST_ITEMS).flatMap((one) => {
      const since = instant(object(one)["since"]);
      return since === null ? [] : [{ since, sentence: shown(object(one)["sentence"]) ?? "" }];
    }),
  };
}

/** The score as a whole number: 100 only where nothing is taken off. */
export function scoreText(score: number): string {
  return String(Math.floor(score));
}

export type Tone = "well" | "fair" | "poor";

export function scoreTone(score: number): Tone {
  return score >= WELL ? "well" : score >= POOR ? "fair" : "poor";
}

/** What was taken off, with its sign: −40, −2.5. */
export function pointsText(points: number): string {
  // Rounded up, as −0.0 would be nothing.
  return `−${Math.max(0.1, Math.round(points * 10) / 10)}`;
}

export function partWord(part: string): string {
  return PART_WORDS[part] ?? plain(part);
}

export function metricWord(metric: string): string {
  return METRIC_WORDS[metric] ?? plain(metric);
}

/** The score with what is taken off, a line each. */
export function healthTitle(of: Health): string {
  const lines = of.deductions.map(({ part, points, why }) => `${pointsText(points)} ${partWord(part)}: ${why}`);
  return [`Health ${scoreText(of.score)} of 100`, ...lines].join("\n");
}

/** The mark of a row that names what is unusual now. */
export function unusualSigns(of: Health | null): Sign[] {
  if (of === null || of.anomalies.length === 0) {
    return [];
  }
  const title = of.anomalies.map(({ since, sentence }) => `${sentence} Since ${exact(since)}`).join("\n");
  return [{ key: "unusual", word: unusualWords(of), title }];
}

/** Unusual: response time, memory. Empty when nothing is. */
export function unusualWords(of: Health): string {
  const metrics = [...new Set(of.anomalies.map((anomaly) => metricWord(anomaly.metric).toLowerCase()))];
  return metrics.length === 0 ? "" : `Unusual: ${metrics.join(", ")}`;
}

// What was unusual, drawn over a curve of readings.

import { clock } from "./format.ts";
import { RESPONSE_TIME, type Anomaly, type Shift } from "./health.ts";
import { RECENT, type Point } from "./model.ts";
import { HEIGHT, heightOf, place, STEP, WIDTH } from "./sparkline.ts";

/** The paths that lie over or under a curve. */
export interface Overlay {
  /** Spans in which the response time was unusual, from top to bottom. */
  readonly unusual: string;
  /** Those of them that are critical. */
  readonly severe: string;
  /** What was expected in these spans. */
  readonly expected: string;
  /** Where the response time changed for good. */
  readonly shifts: string;
  /** The same in words, to follow those of the curve. */
  readonly words: string;
}

/** So many spans and shifts are told in words. */
const TOLD = 5;

export function overlay(points: readonly Point[], anomalies: readonly Anomaly[], shifts: readonly Shift[]): Overlay {
  const shown = points.slice(-RECENT);
  const y = heightOf(shown);
  const result = { unusual: "", severe: "", expected: "" };
  const told: string[] = [];
  for (const anomaly of anomalies) {
    const span = anomaly.metric === RESPONSE_TIME ? stretch(shown, anomaly) : null;
    if (span !== null) {
      result[anomaly.severity === "critical" ? "severe" : "unusual"] += box(span, 0, HEIGHT);
      const { expectedLow: low, expectedHigh: high } = anomaly;
      if (low !== null && high !== null && high > low) {
        result.expected += box(span, Math.max(0, y(high)), Math.max(0, y(low)));
      }
      const until = anomaly.until === null ? "" : ` to ${clock(anomaly.until)}`;
      told.push(`, unusual ${until === "" ? "since" : "from"} ${clock(anomaly.since)}${until}`);
    }
  }
  let lines = "";
  for (const { since } of shifts) {
    const x = place(shown, since);
    if (x !== null) {
      lines += `M${short(x)},0V${HEIGHT}`;
      told.push(`, lasting change at ${clock(since)}`);
    }
  }
  return { ...result, shifts: lines, words: told.slice(0, TOLD).join("") };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** From where to where that lies among the readings; null outside of them. */
function stretch(points: readonly Point[], { since, until }: Anomaly): Span | null {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || since > last.at || (until !== null && until <= first.at)) {
    return null;
  }
  const from = place(points, Math.max(since, first.at)) ?? WIDTH;
  const to = until === null || until > last.at ? WIDTH : (place(points, until) ?? WIDTH);
  // One reading alone would be a span without width, which nobody sees.
  return to - from >= STEP ? { from, to } : { from: Math.max(0, to - STEP), to };
}

function box({ from, to }: Span, top: number, bottom: number): string {
  return `M${short(from)},${short(top)}H${short(to)}V${short(bottom)}H${short(from)}Z`;
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

import { isUp, RECENT, type Point } from "./model.ts";

export const WIDTH = 120;
export const HEIGHT = 24;
const TOP = 2;
const BOTTOM = 21;
const MARK_Y = 22.5;
/** From one reading to the next. */
export const STEP = WIDTH / (RECENT - 1);

/** What the paths of one sparkline are: the curve, the area under it, the marks of readings that were not up. */
export interface Curve {
  readonly line: string;
  readonly area: string;
  readonly marks: string;
  /** Where the catalog changed. */
  readonly changes: string;
  /** The same in words. */
  readonly words: string;
}

/**
 * Draws readings, oldest first, at the right end of the box; a reading that is not up leaves a gap and a mark.
 *
 * `changedAt` are the times at which the catalog changed; those within the readings get a line from top to bottom.
 */
export function curve(points: readonly Point[], changedAt: readonly number[] = []): Curve {
  const shown = points.slice(-RECENT);
  const y = heightOf(shown);
  let line = "";
  let area = "";
  let marks = "";
  let run: string[] = [];
  let runStart = 0;
  let x = WIDTH - (shown.length - 1) * STEP;
  const endRun = (end: number): void => {
    if (run.length === 0) {
      return;
    }
    // A point alone would be a path without length, which nobody sees.
    const path = run.length === 1 ? `${run[0] ?? ""}h.6` : run.join("L");
    line += `M${path}`;
    area += `M${short(runStart)},${HEIGHT}L${run.join("L")}L${short(end)},${HEIGHT}Z`;
    run = [];
  };
  for (const point of shown) {
    if (answered(point)) {
      if (run.length === 0) {
        runStart = x;
      }
      run.push(`${short(x)},${short(y(point.ms ?? 0))}`);
    } else {
      endRun(x - STEP);
      if (!isUp(point.state) && point.state !== "UNKNOWN") {
        marks += `M${short(x - STEP * 0.35)},${MARK_Y}h${short(STEP * 0.7)}`;
      }
    }
    x += STEP;
  }
  endRun(WIDTH);
  const changed = changedAt.map((at) => place(shown, at)).filter((found) => found !== null);
  const changes = changed.map((found) => `M${short(found)},0V${HEIGHT}`).join("");
  return { line, area, marks, changes, words: words(shown) + changeWords(changed.length) };
}

/** How high a time stands in the box: the longest of the readings at its top. */
export function heightOf(points: readonly Point[]): (ms: number) => number {
  const highest = points.reduce((top, point) => (answered(point) ? Math.max(top, point.ms ?? 0) : top), 0);
  const scale = highest === 0 ? 0 : (BOTTOM - TOP) / highest;
  return (ms) => BOTTOM - ms * scale;
}

/** Where that moment lies between the readings; null outside of them. */
export function place(points: readonly Point[], at: number): number | null {
  const after = points.findIndex((point) => point.at >= at);
  const right = points[after];
  const first = points[0];
  if (right === undefined || first === undefined || at < first.at) {
    return null;
  }
  const left = points[after - 1] ?? right;
  const span = right.at - left.at;
  const part = span === 0 ? 0 : (right.at - at) / span;
  return WIDTH - (points.length - 1 - after + part) * STEP;
}

function changeWords(changes: number): string {
  return changes === 0 ? "" : changes === 1 ? ", catalog changed" : `, catalog changed ${changes} times`;
}

/** The readings in words: how many, from where to where, how many were not up. */
export function words(points: readonly Point[]): string {
  if (points.length === 0) {
    return "No readings yet";
  }
  const times = points.filter(answered).map((point) => point.ms ?? 0);
  const notUp = points.filter((point) => !isUp(point.state)).length;
  const range = times.length === 0 ? "" : `, ${short(Math.min(...times))} to ${short(Math.max(...times))} ms`;
  return `Last ${points.length} readings${range}, ${notUp} not up`;
}

function answered(point: Point): boolean {
  return point.ms !== null && isUp(point.state);
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

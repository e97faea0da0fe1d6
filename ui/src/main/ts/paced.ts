/** Work that is asked for often and done at a bounded pace: one at a time, never while nobody looks. */
export class Paced {
  readonly #work: () => Promise<void>;
  readonly #leastMs: () => number;
  #timer: number | undefined;
  #dueAt = Infinity;
  #startedAt = -Infinity;
  #running = false;
  #parked = false;

  /** @param leastMs from one beginning to the next */
  constructor(work: () => Promise<void>, leastMs: () => number) {
    this.#work = work;
    this.#leastMs = leastMs;
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.#parked) {
        this.#parked = false;
        this.want(0);
      }
    });
  }

  /** It should be done within this time, or as soon as the pace allows. What is due sooner stands. */
  want(withinMs: number): void {
    const now = performance.now();
    const dueAt = Math.max(now + withinMs, this.#startedAt + this.#leastMs());
    if (dueAt >= this.#dueAt) {
      return;
    }
    this.#dueAt = dueAt;
    if (!this.#running) {
      this.#arm(dueAt - now);
    }
  }

  #arm(delay: number): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#run(), delay);
  }

  async #run(): Promise<void> {
    this.#dueAt = Infinity;
    if (document.hidden) {
      this.#parked = true;
      return;
    }
    this.#running = true;
    this.#startedAt = performance.now();
    try {
      await this.#work();
    } catch {
      // What is shown stays; the next turn tries again. That the monitor is away, the stream tells.
    }
    this.#running = false;
    if (this.#dueAt < Infinity) {
      this.#arm(Math.max(0, this.#dueAt - performance.now()));
    }
  }
}

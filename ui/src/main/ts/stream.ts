import { openStream, TokenNeeded } from "./api.ts";
import { SseParser, type Message } from "./sse.ts";

/** The monitor sends a heartbeat every 15 s: after two and a half of them missing, the line is dead. */
const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** A connection that lived this long was a good one: the next wait starts small again. */
const GOOD_MS = 5_000;

export interface StreamListener {
  opened(): void;
  message(message: Message): void;
  /** The connection is lost or was not made; another attempt follows by itself. */
  lost(): void;
  tokenNeeded(error: TokenNeeded): void;
}

/** The live stream, connected again for as long as it is not stopped. */
export class LiveStream {
  readonly #listener: StreamListener;
  #controller: AbortController | null = null;
  #wake: (() => void) | null = null;

  constructor(listener: StreamListener) {
    this.#listener = listener;
    const hurry = (): void => {
      if (document.visibilityState === "visible") {
        this.#wake?.();
      }
    };
    window.addEventListener("online", hurry);
    document.addEventListener("visibilitychange", hurry);
  }

  start(): void {
    this.stop();
    const controller = new AbortController();
    this.#controller = controller;
    void this.#run(controller.signal);
  }

  stop(): void {
    this.#controller?.abort();
    this.#controller = null;
    this.#wake?.();
  }

  async #run(stopped: AbortSignal): Promise<void> {
    for (let failures = 0; !stopped.aborted; failures++) {
      const startedAt = performance.now();
      try {
        await this.#connection(stopped);
      } catch (error) {
        if (error instanceof TokenNeeded && !stopped.aborted) {
          this.stop();
          this.#listener.tokenNeeded(error);
          return;
        }
      }
      if (stopped.aborted) {
        return;
      }
      this.#listener.lost();
      if (performance.now() - startedAt > GOOD_MS) {
        failures = 0;
      }
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
      // The jitter keeps a thousand pages from returning in the same instant after a restart.
      await this.#pause(longest * (0.5 + Math.random() / 2));
    }
  }

  async #connection(stopped: AbortSignal): Promise<void> {
    const attempt = new AbortController();
    const abort = (): void => attempt.abort();
    stopped.addEventListener("abort", abort);
    let silence = window.setTimeout(abort, SILENCE_MS);
    try {
      const body = await openStream(attempt.signal);
      this.#listener.opened();
      const decoder = new TextDecoder();
      const parser = new SseParser((message) => this.#listener.message(message));
      const reader = body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          return;
        }
        window.clearTimeout(silence);
        silence = window.setTimeout(abort, SILENCE_MS);
        parser.push(decoder.decode(value, { stream: true }));
      }
    } finally {
      window.clearTimeout(silence);
      stopped.removeEventListener("abort", abort);
      abort();
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = window.setTimeout(done, ms);
      const wake = (): void => done();
      this.#wake = wake;
      function done(): void {
        window.clearTimeout(timer);
        resolve();
      }
    });
  }
}

/** One message of an event stream. */
export interface Message {
  readonly event: string;
  readonly data: string;
}

/** Splits the text of an event stream into messages; text may be cut anywhere, also inside a line end. */
export class SseParser {
  readonly #onMessage: (message: Message) => void;
  #rest = "";
  #event = "";
  #data: string[] = [];

  constructor(onMessage: (message: Message) => void) {
    this.#onMessage = onMessage;
  }

  push(text: string): void {
    const all = this.#rest + text;
    let start = 0;
    for (let i = 0; i < all.length; i++) {
      const end = all.charCodeAt(i);
      if (end !== 10 && end !== 13) {
        continue;
      }
      if (end === 13 && i + 1 === all.length) {
        // It may be the first half of a CR LF: wait for what follows.
        break;
      }
      this.#line(all.slice(start, i));
      if (end === 13 && all.charCodeAt(i + 1) === 10) {
        i++;
      }
      start = i + 1;
    }
    this.#rest = all.slice(start);
  }

  #line(line: string): void {
    if (line === "") {
      if (this.#data.length > 0) {
        this.#onMessage({ event: this.#event === "" ? "message" : this.#event, data: this.#data.join("\n") });
      }
      this.#event = "";
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (field === "event") {
      this.#event = value;
    } else if (field === "data") {
      this.#data.push(value);
    }
  }
}

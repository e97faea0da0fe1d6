import { byId, setText } from "./dom.ts";

type Panel = "loading" | "board" | "empty" | "error" | "token";
const PANELS: readonly Panel[] = ["loading", "board", "empty", "error", "token"];

/** What the page's main part shows: the board of servers, or why there is none. */
export class Panels {
  readonly #banner = byId("banner", HTMLElement);
  readonly #filters = byId("filters", HTMLElement);
  readonly #tokenInput = byId("token-input", HTMLInputElement);
  #current: Panel = "loading";

  constructor(onRetry: () => void, onToken: (token: string) => void) {
    byId("error-retry", HTMLButtonElement).addEventListener("click", onRetry);
    byId("banner-retry", HTMLButtonElement).addEventListener("click", onRetry);
    byId("token-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const token = this.#tokenInput.value.trim();
      if (token !== "") {
        this.#tokenInput.value = "";
        onToken(token);
      }
    });
  }

  get asksForToken(): boolean {
    return this.#current === "token";
  }

  loading(): void {
    this.#show("loading");
  }

  /** The board, or how to add servers where there are none. */
  servers(size: number): void {
    this.#banner.hidden = true;
    this.#show(size === 0 ? "empty" : "board");
  }

  /** Without a list the error takes the page; with one it stands above it. */
  error(message: string, hasServers: boolean): void {
    if (hasServers) {
      setText(byId("banner-text", HTMLElement), `The list could not be renewed. ${message}`);
      this.#banner.hidden = false;
      return;
    }
    setText(byId("error-text", HTMLElement), `${message} It is tried again by itself.`);
    this.#show("error");
  }

  token(message: string): void {
    this.#banner.hidden = true;
    this.#show("token");
    setText(byId("token-problem", HTMLElement), message);
    this.#tokenInput.focus();
  }

  #show(panel: Panel): void {
    if (this.#current !== panel) {
      this.#current = panel;
      for (const one of PANELS) {
        byId(one, HTMLElement).hidden = one !== panel;
      }
      // Counts of servers that are not known, or of none, say nothing.
      this.#filters.hidden = panel !== "board" && panel !== "loading";
    }
  }
}

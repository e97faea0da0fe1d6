import { ApiError, approveCatalog, fetchCatalog } from "./api.ts";
import { catalog, changeCount, countWords, type Catalog, type CatalogChange } from "./catalog.ts";
import { find, make, setText } from "./dom.ts";
import { ago, count, exact } from "./format.ts";
import { plain } from "./words.ts";

/** This page's token was refused once: the button would only be refused again. */
let mayApprove = true;

/** The pending changes of a server's catalog, and the button that approves them. */
export class Drift {
  readonly #root: HTMLElement;
  readonly #server: string;
  readonly #now: () => number;
  readonly #basis: HTMLElement;
  readonly #problem: HTMLElement;
  readonly #changes: HTMLElement;
  readonly #approve: HTMLButtonElement;
  readonly #outcome: HTMLElement;
  #shown: Catalog | null = null;
  #key = "";
  #asked = 0;
  #busy = false;

  /** @param root the element that is hidden while there is nothing to tell */
  constructor(root: HTMLElement, server: string, now: () => number) {
    this.#root = root;
    this.#server = server;
    this.#now = now;
    this.#basis = this.#part("basis");
    this.#problem = this.#part("problem");
    this.#changes = find(root, ".change-list", HTMLElement);
    this.#approve = find(root, "button", HTMLButtonElement);
    this.#outcome = this.#part("outcome");
    this.#approve.addEventListener("click", () => void this.#approveShown());
  }

  /** Asks anew; what is shown stays when there is no answer. */
  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const answer = catalog(await fetchCatalog(this.#server));
      if (asked === this.#asked && !this.#busy) {
        this.#show(answer);
      }
    } catch {
      // The block would only repeat what the page says of the connection.
    }
  }

  #show(of: Catalog | null): void {
    const key = JSON.stringify(of);
    // Unchanged text stays in place, as somebody may be reading or selecting it.
    if (key === this.#key) {
      return;
    }
    this.#key = key;
    this.#shown = of;
    const changes = of === null ? 0 : changeCount(of);
    const told = this.#outcome.textContent !== "";
    this.#root.hidden = changes === 0 && (of?.problem ?? null) === null && !told;
    setText(this.#basis, of === null || changes === 0 ? "" : basis(of, changes, this.#now()));
    setText(this.#problem, of?.problem ?? "");
    const listed = of?.changes ?? [];
    const items = listed.map(changeElement);
    if (changes > listed.length) {
      items.push(make("li", `and ${count(changes - listed.length)} more, which are not listed`, "quiet"));
    }
    this.#changes.replaceChildren(...items);
    this.#approve.hidden = !mayApprove || changes === 0 || (of?.hash ?? null) === null;
  }

  async #approveShown(): Promise<void> {
    const hash = this.#shown?.hash ?? null;
    if (hash === null || this.#busy) {
      return;
    }
    this.#busy = true;
    // Not the attribute `disabled`: it would take the focus away.
    this.#approve.setAttribute("aria-disabled", "true");
    setText(this.#outcome, "Approving…");
    let answer: Catalog | null = null;
    try {
      answer = catalog(await approveCatalog(this.#server, hash));
      setText(this.#outcome, "Approved. Later changes are held against what it offers now.");
    } catch (error) {
      this.#refused(error);
    }
    this.#busy = false;
    this.#approve.removeAttribute("aria-disabled");
    if (answer === null) {
      await this.load();
    } else {
      this.#asked++;
      this.#show(answer);
    }
    if (this.#approve.hidden) {
      this.#outcome.focus();
    }
  }

  #refused(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const status = error instanceof ApiError ? error.status : null;
    const rights = status === 401 || status === 403;
    if (rights) {
      mayApprove = false;
      this.#approve.hidden = true;
    }
    const hint = rights ? " Open the page in a new tab with a token of the scope “admin”." : "";
    const end = /[.!?]$/.test(why) ? "" : ".";
    setText(this.#outcome, `Not approved: ${why}${end}${hint}`);
  }

  #part(name: string): HTMLElement {
    return find(this.#root, `[data-part=${name}]`, HTMLElement);
  }
}

function basis(of: Catalog, changes: number, now: number): string {
  const what = changes === 1 ? "1 change" : `${count(changes)} changes`;
  const classes = countWords(of);
  const since = of.since === null ? "" : `, ${ago(of.since, now)} ago`;
  const from = of.approvedByHand ? "what was approved" : "what was seen first, which nobody has approved";
  const at = of.approvedAt === null ? "" : `, ${exact(of.approvedAt)}`;
  return `${what}${classes === "" ? "" : ` (${classes})`}${since}, from ${from}${at}.`;
}

function changeElement(change: CatalogChange): HTMLElement {
  const element = document.createElement("li");
  element.className = "change";
  element.dataset["class"] = change.changeClass;
  element.append(make("b", plain(change.changeClass), "class"), " ", make("span", change.sentence));
  if (change.before !== null || change.after !== null) {
    const texts = make("div", "", "texts");
    texts.append(said("Before", change.before), said("After", change.after));
    element.append(texts);
  }
  return element;
}

/** A text of the server, as it is: never as part of the page. */
function said(heading: string, text: string | null): HTMLElement {
  const element = document.createElement("div");
  element.append(make("p", heading, "quiet"));
  if (text === null) {
    element.append(make("p", "Nothing", "said none"));
    return element;
  }
  const body = make("pre", text, "said");
  // Long ones scroll, which must work without a mouse.
  body.tabIndex = 0;
  body.setAttribute("role", "group");
  body.setAttribute("aria-label", heading);
  element.append(body);
  return element;
}

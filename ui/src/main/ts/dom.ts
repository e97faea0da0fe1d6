// Text only ever enters the page as text: there is no way from here to HTML.

/** The one element with this id, of this kind. */
export function byId<E extends Element>(id: string, kind: new () => E): E {
  return checked(document.getElementById(id), kind, `#${id}`);
}

/** The first element below `root` that the selector finds, of this kind. */
export function find<E extends Element>(root: ParentNode, selector: string, kind: new () => E): E {
  return checked(root.querySelector(selector), kind, selector);
}

/** A copy of what the template holds: its only element. */
export function stamp(templateId: string): HTMLElement {
  const template = byId(templateId, HTMLTemplateElement);
  const first = template.content.firstElementChild;
  return checked(first === null ? null : document.importNode(first, true), HTMLElement, `template #${templateId}`);
}

/** A new element with this text, and these classes. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text: string,
  classes = "",
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.textContent = text;
  if (classes !== "") {
    element.className = classes;
  }
  return element;
}

/** Sets a value of a definition list, and hides it with its term where there is none. */
export function setFact(root: ParentNode, name: string, value: string | null): void {
  const fact = find(root, `[data-fact=${name}]`, HTMLElement);
  setText(fact, value ?? "");
  fact.hidden = value === null;
  const term = fact.previousElementSibling;
  if (term instanceof HTMLElement) {
    term.hidden = value === null;
  }
}

/** Sets the text where it differs, so that an unchanged cell costs no layout. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Sets the attribute where it differs. */
export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) {
    element.setAttribute(name, value);
  }
}

/** Sets the tooltip where it differs; none for the empty text. */
export function setTitle(element: HTMLElement, title: string): void {
  if (element.title !== title) {
    element.title = title;
  }
}

/** Points an icon at one of the page's symbols. */
export function setIcon(icon: Element, symbol: string): void {
  setAttribute(icon, "href", `#${symbol}`);
}

function checked<E extends Element>(found: Element | null, kind: new () => E, what: string): E {
  if (!(found instanceof kind)) {
    throw new Error(`The page has no ${kind.name} at ${what}; index.html and app.js are of different versions. Reload the page.`);
  }
  return found;
}

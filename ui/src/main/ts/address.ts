// The view is kept in the address' fragment, so that a reload and a shared link show the same list.

import { STATES } from "./model.ts";
import { SORT_KEYS, type View } from "./order.ts";

export const DEFAULT_VIEW: View = { query: "", states: new Set(), incident: null, sort: "state", descending: false };

export function readView(): View {
  const params = new URLSearchParams(location.hash.slice(1));
  const wanted = (params.get("state") ?? "").split(",");
  return {
    query: params.get("q") ?? "",
    states: new Set(STATES.filter((state) => wanted.includes(state))),
    incident: params.get("incident"),
    sort: SORT_KEYS.find((key) => key === params.get("sort")) ?? DEFAULT_VIEW.sort,
    descending: params.get("order") === "desc",
  };
}

export function writeView(view: View): void {
  const params = new URLSearchParams();
  if (view.query !== "") {
    params.set("q", view.query);
  }
  if (view.states.size > 0) {
    params.set("state", [...view.states].join(","));
  }
  if (view.incident !== null) {
    params.set("incident", view.incident);
  }
  if (view.sort !== DEFAULT_VIEW.sort) {
    params.set("sort", view.sort);
  }
  if (view.descending) {
    params.set("order", "desc");
  }
  const fragment = params.toString();
  history.replaceState(null, "", fragment === "" ? location.pathname + location.search : `#${fragment}`);
}

import "./main.css";
import { announceChanges } from "./announcer.ts";
import { defineElements } from "./elements.ts";
import type { PanelView } from "./panelView.ts";
import { Session } from "./session.ts";
import { initialState, reduce } from "./state.ts";
import { Store } from "./store.ts";
import type { TracePage } from "./trace/tracePage.ts";
import { type EditorApi, editorTransport } from "./transport.ts";

declare function acquireVsCodeApi(): EditorApi;

/** Builds the page's objects, shows them and says hello to the host. */
function start(): void {
  const api = acquireVsCodeApi();
  const saved = api.getState() ?? null;
  const store = new Store(initialState(saved), reduce);
  const session = new Session(store, editorTransport(api, window), (memory) => api.setState(memory));
  defineElements(customElements);
  const tag = document.body.dataset.page === "trace" ? "pgi-trace" : "pgi-panel";
  const view = document.createElement(tag) as PanelView | TracePage;
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.content ?? "";
  Object.assign(view, { panel: { store, session }, nonce });
  const region = document.createElement("div");
  region.className = "visually-hidden";
  region.setAttribute("aria-live", "polite");
  document.body.append(view, region);
  announceChanges(region, store);
  store.subscribe(() => {
    if (store.state.host?.reducedMotion === true) document.body.classList.add("vscode-reduce-motion");
  });
  void session.start(saved);
}

start();

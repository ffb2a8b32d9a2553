import { shownSource } from "./selectors.ts";
import type { PanelState } from "./state.ts";
import type { Store } from "./store.ts";

/** Milliseconds of quiet before something is said: a held arrow key must not talk without end. */
const quietTime = 400;

/** What a state has to tell someone who cannot see it change. */
export function announcement(state: PanelState): string {
  const view = state.detail[shownSource(state)];
  const update = state.update === null ? "" : `Update ${state.update.update}`;
  const engine = state.host?.engine;
  if (engine !== undefined && engine.state !== "running") return `The engine is ${engine.state}`;
  return view === undefined ? update : `${update}, step ${view.step}. ${view.sentence}`;
}

/** Tells changes of the selection through a polite live region, after a moment of quiet. */
export function announceChanges<Action>(region: HTMLElement, store: Store<PanelState, Action>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let said = "";
  return store.subscribe(() => {
    const text = announcement(store.state);
    if (text === said || store.state.follow) return;
    said = text;
    clearTimeout(timer);
    timer = setTimeout(() => {
      region.textContent = text;
    }, quietTime);
  });
}

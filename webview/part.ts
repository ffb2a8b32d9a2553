import { LitElement } from "lit";
import type { Session } from "./session.ts";
import type { PanelAction, PanelState } from "./state.ts";
import type { Store } from "./store.ts";

/** What every part of the page is given: the state and the ways to the host. */
export interface Panel {
  readonly store: Store<PanelState, PanelAction>;
  readonly session: Session;
}

/**
 * A part of the page: an element in the page's own tree that is drawn again when one of
 * its `inputs` is another value than before.
 */
export abstract class Part extends LitElement {
  static override properties = { panel: { attribute: false } };
  declare panel: Panel;
  #inputs: readonly unknown[] = [];
  #unsubscribe: (() => void) | undefined;

  /** The parts of the state that this element draws. */
  protected abstract inputs(state: PanelState): readonly unknown[];

  protected get state(): PanelState {
    return this.panel.store.state;
  }

  protected dispatch(action: PanelAction): void {
    this.panel.store.dispatch(action);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unsubscribe = this.panel.store.subscribe(() => this.#compare());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
  }

  #compare(): void {
    const next = this.inputs(this.state);
    const same = next.length === this.#inputs.length && next.every((value, i) => value === this.#inputs[i]);
    this.#inputs = next;
    if (!same) this.requestUpdate();
  }
}

import { oncePerFrame } from "./frame.ts";

/**
 * Holds the one immutable state value of the page. `effects` hear every change at once,
 * views (`subscribe`) once an animation frame.
 */
export class Store<State, Action> {
  readonly #reduce: (state: State, action: Action) => State;
  readonly #views = new Set<() => void>();
  readonly #effects: ((state: State) => void)[] = [];
  readonly #notify = oncePerFrame(() => {
    for (const view of this.#views) view();
  });
  #state: State;

  constructor(initial: State, reduce: (state: State, action: Action) => State) {
    this.#state = initial;
    this.#reduce = reduce;
  }

  get state(): State {
    return this.#state;
  }

  dispatch(action: Action): void {
    const next = this.#reduce(this.#state, action);
    if (next === this.#state) return;
    this.#state = next;
    for (const effect of this.#effects) effect(next);
    this.#notify();
  }

  effect(listener: (state: State) => void): void {
    this.#effects.push(listener);
  }

  /** Returns the function that ends the subscription. */
  subscribe(view: () => void): () => void {
    this.#views.add(view);
    return () => this.#views.delete(view);
  }
}

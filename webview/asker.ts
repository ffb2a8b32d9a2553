import { NewestWins } from "./frame.ts";
import { type Resource, resources } from "./resources.ts";
import type { PanelState } from "./state.ts";

interface Asked {
  key: string | null;
  /** When it was asked for last, in milliseconds of `performance.now()`. */
  at: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly queue: NewestWins;
}

/**
 * Watches the state and asks for whatever it needs and has not asked for yet: the newest wish of
 * each resource, one at a time, and no more often than its pause allows.
 */
export class Asker {
  readonly #current: () => PanelState;
  readonly #load: (resource: Resource) => Promise<void>;
  readonly #asked = new Map<string, Asked>();

  constructor(current: () => PanelState, load: (resource: Resource) => Promise<void>) {
    this.#current = current;
    this.#load = load;
  }

  /** To be called on every change of the state. */
  look(): void {
    const state = this.#current();
    if (state.host === null) return;
    if (state.host.engine.state !== "running") this.forget(resources.map(({ name }) => name));
    else if (state.host.run !== null) for (const resource of resources) this.#lookAt(resource, state);
  }

  /** Makes the named resources be asked for again even though nothing they depend on has changed. */
  forget(names: readonly string[]): void {
    for (const name of names) this.#of(name).key = null;
  }

  #lookAt(resource: Resource, state: PanelState): void {
    const asked = this.#of(resource.name);
    const key = resource.key(state);
    if (key === null || key === asked.key) return;
    const wait = asked.at + (resource.pause?.(state) ?? 0) - performance.now();
    if (wait > 0) {
      asked.timer ??= setTimeout(() => {
        asked.timer = undefined;
        this.look();
      }, wait);
      return;
    }
    asked.key = key;
    asked.at = performance.now();
    asked.queue.request(() => this.#load(resource));
  }

  #of(name: string): Asked {
    const known = this.#asked.get(name);
    if (known !== undefined) return known;
    const fresh: Asked = {
      key: null,
      at: Number.NEGATIVE_INFINITY,
      timer: undefined,
      queue: new NewestWins(),
    };
    this.#asked.set(name, fresh);
    return fresh;
  }
}

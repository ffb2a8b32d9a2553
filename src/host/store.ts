import { type Disposable, toDisposable } from "./disposables.ts";
import { emptyModel, type HostEvent, type HostModel, updateModel } from "./model.ts";

type Listener = (model: HostModel, before: HostModel) => void;

/** Holds the one state value; listeners hear of every change, in the order they came. */
export class HostStore {
  #model: HostModel = emptyModel;
  readonly #listeners = new Set<Listener>();

  get model(): HostModel {
    return this.#model;
  }

  dispatch(event: HostEvent): void {
    const before = this.#model;
    this.#model = updateModel(before, event);
    if (this.#model === before) return;
    for (const listener of [...this.#listeners]) listener(this.#model, before);
  }

  onChange(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return toDisposable(() => this.#listeners.delete(listener));
  }
}

import type { SortOrder, Source } from "../../protocol/engine.ts";
import { UserError } from "../userError.ts";
import type { InspectedLoss } from "./inspectedLoss.ts";
import type { OpenedUpdate } from "./openedUpdate.ts";

/** The step table's columns as the trainer's loss has them, as the edited one has, or their difference. */
export class SourcedColumns {
  readonly opened: OpenedUpdate;
  readonly source: Source;

  constructor(opened: OpenedUpdate, source: Source) {
    this.opened = opened;
    this.source = source;
  }

  get steps(): number {
    return this.opened.inspector.frozen.batch.steps;
  }

  /** The loss whose numbers are meant; of a difference, the edited one. */
  get loss(): InspectedLoss {
    const { inspector } = this.opened;
    return this.source === "trainer" ? inspector.trainer : (inspector.edited ?? inspector.trainer);
  }

  /** A column [T]. Throws UserError for an unknown one. */
  column(name: string): Float64Array {
    const { inspector } = this.opened;
    const values = inspector.column(this.loss, name);
    if (this.source !== "difference") return values ?? unknownColumn(name);
    const before = inspector.column(inspector.trainer, name);
    if (!values && !before) return unknownColumn(name);
    if (values === before) return values ?? unknownColumn(name);
    return Float64Array.from({ length: this.steps }, (_, t) => (values?.[t] ?? 0) - (before?.[t] ?? 0));
  }

  /** The steps in rows `start` … `end − 1` of the order asked for; the batch's own without one. */
  stepsIn(order: SortOrder | undefined, start: number, end: number): Float64Array {
    if (order && !isOwnOrder(order)) return this.#ordered(order).slice(start, end);
    return Float64Array.from({ length: end - start }, (_, row) => start + row);
  }

  /** The row in which a step stands in the order asked for. */
  rowOf(step: number, order: SortOrder | undefined): number {
    return order && !isOwnOrder(order) ? this.#ordered(order).indexOf(step) : step;
  }

  #ordered({ column, descending }: SortOrder): Float64Array {
    return this.opened.inspector.ordered(this.column(column), descending);
  }

  checkStep(step: number): void {
    if (Number.isInteger(step) && step >= 0 && step < this.steps) return;
    throw new UserError(
      "unknown_step",
      `There is no step ${step}.`,
      `There are steps 0 to ${this.steps - 1}.`,
    );
  }
}

function isOwnOrder({ column, descending }: SortOrder): boolean {
  return column === "step" && !descending;
}

function unknownColumn(name: string): never {
  throw new UserError("unknown_column", `There is no column "${name}".`);
}

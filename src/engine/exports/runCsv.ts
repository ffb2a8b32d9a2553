import { csvHeading, csvRows } from "../../runs/exportCsv.ts";
import { columnViews, tableShape } from "../inspection/columns.ts";
import type { Inspector } from "../inspection/inspector.ts";
import type { OpenRun } from "../openRun.ts";

/**
 * The lines of one CSV table over the steps of a run's updates, each row with the number of its update. A loss's own terms
 * (ℓ) are columns where all updates have that loss; a cell is empty where its update has no such number.
 */
export class RunCsv {
  readonly #run: OpenRun;
  readonly #hasOneLoss: boolean;
  #names: readonly string[] | undefined;

  constructor(run: OpenRun, range: { readonly from: number; readonly to: number }) {
    this.#run = run;
    const changes = run.reader
      .losses()
      .filter(({ fromUpdate }) => fromUpdate > range.from && fromUpdate <= range.to);
    const before = run.reader.lossAt(range.from);
    this.#hasOneLoss = changes.every(({ text }) => text === before?.text);
  }

  *lines(inspector: Inspector): Generator<string> {
    const loss = inspector.trainer;
    const { steps } = inspector.frozen.batch;
    if (this.#names === undefined) {
      this.#names = this.#columnNames(inspector);
      yield csvHeading(["update", ...this.#names]);
    }
    const none = new Array<string>(steps).fill("");
    const columns = this.#names.map((name) => ({ name, values: inspector.column(loss, name) ?? none }));
    yield* csvRows([
      { name: "update", values: new Float64Array(steps).fill(inspector.frozen.update) },
      ...columns,
    ]);
  }

  #columnNames(inspector: Inspector): string[] {
    const shape = tableShape(inspector, inspector.trainer, this.#run.names);
    const terms = this.#hasOneLoss ? shape.terms : [];
    return columnViews({ ...shape, terms, hasEntropyWeight: true }).map(({ name }) => name);
  }
}

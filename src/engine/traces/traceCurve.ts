import type { CurveView } from "../../protocol/engine.ts";
import type { Column as CurveColumn } from "../../protocol/views.ts";
import { decimate } from "../../runs/curve.ts";
import type { Trace, UpdateRecord } from "../../runs/trace/trace.ts";
import { ReturnWindow } from "../returnWindow.ts";
import { returnsAtEnds } from "./traceView.ts";

type Names = keyof CurveView["columns"];

/** The learning curve of a trace, one number for each update by its place; NaN where it is not recorded. */
export class TraceCurve {
  readonly #columns: Readonly<Record<Names, Float64Array>>;
  readonly #updates: number;

  constructor(trace: Trace) {
    const { updates } = trace;
    const column = (read: (update: UpdateRecord) => number) => Float64Array.from(updates, read);
    this.#updates = updates.length;
    this.#columns = {
      ...returnColumns(trace),
      loss: column(({ scalars }) => scalars.get("loss") ?? Number.NaN),
      gradientNorm: column(({ scalars }) => scalars.get("grad_norm") ?? Number.NaN),
      entropy: column((update) => meanEntropy(trace, update)),
    };
  }

  /** Updates `from` to `to`, decimated by minimum and maximum to at most `buckets` points. */
  view(from: number, to: number, buckets: number): CurveView {
    const first = Math.max(1, Math.floor(from));
    const read = (name: Names) => decimate(this.#columns[name].subarray(first - 1, to), first, buckets);
    const extremes = (name: Names): CurveColumn => {
      const { minimum, maximum } = read(name);
      return { minimum, maximum };
    };
    return {
      updates: this.#updates,
      update: read("return").from,
      columns: {
        return: extremes("return"),
        averageReturn: extremes("averageReturn"),
        loss: extremes("loss"),
        gradientNorm: extremes("gradientNorm"),
        entropy: extremes("entropy"),
      },
      kept: new Float64Array(),
      pinned: [],
      lossChanges: [],
    };
  }
}

/** The mean return of the episodes that ended in each update, and that of the last hundred episodes up to it. */
function returnColumns(trace: Trace): Record<"return" | "averageReturn", Float64Array> {
  const ended = returnsAtEnds(trace);
  const window = new ReturnWindow();
  const counted = new Set<number>();
  const columns = {
    return: new Float64Array(trace.updates.length),
    averageReturn: new Float64Array(trace.updates.length),
  };
  trace.updates.forEach(({ rows }, place) => {
    let sum = 0;
    let count = 0;
    for (const row of rows) {
      const total = ended.get(row);
      if (total === undefined) continue;
      sum += total;
      count++;
      // Minibatches use the same episodes again and again; each counts once.
      if (!counted.has(row)) window.push(total);
      counted.add(row);
    }
    columns.return[place] = count === 0 ? Number.NaN : sum / count;
    columns.averageReturn[place] = window.mean();
  });
  return columns;
}

function meanEntropy({ steps }: Trace, { rows, vectors }: UpdateRecord): number {
  const own = vectors.get("entropy")?.data;
  if (own === undefined && steps.columns.entropy.given === 0) return Number.NaN;
  let sum = 0;
  for (let t = 0; t < rows.length; t++) sum += own?.[t] ?? steps.columns.entropy.at(rows[t]!);
  return sum / rows.length;
}

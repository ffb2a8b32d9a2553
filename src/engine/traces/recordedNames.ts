import { statisticsOf } from "../../loss/statistics.ts";
import type { RecordedNamesView, RecordedNameView } from "../../protocol/traceViews.ts";
import type { StatisticsView } from "../../protocol/views.ts";
import type { Tensor } from "../../runs/trace/tensor.ts";
import {
  stepColumnNames,
  type Trace,
  type UpdateRecord,
  type VectorName,
  vectorNames,
} from "../../runs/trace/trace.ts";

const mostNames = 256;
const mostFiles = 64;

/** Where ∂loss/∂x of a recorded x stands. */
const gradients: Readonly<Partial<Record<VectorName, VectorName>>> = {
  log_prob: "coef",
  entropy: "entropy_coef",
  value: "value_grad",
  logits: "logits_grad",
  mu: "mu_grad",
  log_sigma: "log_sigma_grad",
};
const areGradients: ReadonlySet<string> = new Set(Object.values(gradients));

/** The newest value of every name that the trace's scripts watched or recorded, and the files they are of. */
export function recordedNames(trace: Trace, modified: number): RecordedNamesView {
  const names = new Map<string, RecordedNameView>();
  const files = new Set<string>();
  for (let at = trace.updates.length - 1; at >= 0; at--) {
    const update = trace.updates[at]!;
    if (update.source) files.add(update.source.file);
    for (const { source } of update.tensors.values()) if (source) files.add(source.file);
    // Only the newest update in full: the others for what it does not hold, as minibatches take turns.
    if (trace.updates.length - at > 64) continue;
    for (const name of namesOf(trace, update)) if (!names.has(name.name)) names.set(name.name, name);
  }
  return {
    path: trace.path,
    modified,
    files: [...files].slice(0, mostFiles),
    names: [...names.values()].slice(0, mostNames),
  };
}

function namesOf(trace: Trace, update: UpdateRecord): RecordedNameView[] {
  const at = { source: update.source ?? null, update: update.number };
  const watched = [...update.tensors].map(([name, tensor]) => ({
    ...at,
    name,
    isWatched: true,
    source: tensor.source ?? at.source,
    ...viewsOf(tensor, tensor.grad),
  }));
  const vectors = vectorNames.flatMap((name) => {
    const value = update.vectors.get(name);
    if (!value || areGradients.has(name)) return [];
    const gradient = gradients[name];
    return [{ ...at, name, isWatched: false, ...viewsOf(value, gradient && update.vectors.get(gradient)) }];
  });
  const loss = update.scalars.get("loss");
  const scalars =
    loss === undefined
      ? []
      : [{ ...at, name: "loss", isWatched: false, ...viewsOf({ shape: [], data: Float64Array.of(loss) }) }];
  const columns = stepColumns(trace, update).map(({ name, value }) => ({
    ...at,
    name,
    isWatched: false,
    ...viewsOf(value),
  }));
  return [...watched, ...vectors, ...scalars, ...columns];
}

/** What was recorded with the steps of an update, as it used them. */
function stepColumns({ steps }: Trace, { rows }: UpdateRecord): { name: string; value: Tensor }[] {
  const columns = stepColumnNames.map((name) => ({ name, column: steps.columns[name] }));
  return [{ name: "reward", column: steps.rewards }, ...columns]
    .filter(({ column }) => column.given > 0)
    .map(({ name, column }) => {
      const { width } = column;
      const data = new Float64Array(rows.length * width);
      rows.forEach((row, t) => {
        for (let k = 0; k < width; k++) data[t * width + k] = column.at(row, k);
      });
      return { name, value: { shape: width === 1 ? [rows.length] : [rows.length, width], data } };
    });
}

function viewsOf(value: Tensor, gradient?: Tensor | undefined) {
  return {
    shape: value.shape,
    value: statisticsView(value),
    gradient: gradient === undefined ? null : statisticsView(gradient),
  };
}

function statisticsView({ shape, data }: Tensor): StatisticsView {
  const { shape: _, ...statistics } = statisticsOf(data, shape, { first: 8 });
  return statistics;
}

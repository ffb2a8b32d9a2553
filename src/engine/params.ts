import * as v from "valibot";
import { comparisonAxes, comparisonMetrics } from "../protocol/comparisonViews.ts";
import type { EngineMethods } from "../protocol/engine.ts";

const text = v.pipe(v.string(), v.maxLength(65_536));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const name = v.pipe(v.string(), v.maxLength(64));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const run = v.pipe(v.string(), v.maxLength(64));
const reference = { run, update: count };
const source = v.picklist(["trainer", "edited", "difference"]);
const order = v.optional(v.strictObject({ column: name, descending: v.boolean() }));
const columns = v.pipe(v.array(name), v.maxLength(256));
const buckets = v.pipe(count, v.minValue(1), v.maxValue(100_000));
const pythons = v.pipe(v.array(path), v.maxLength(64));
const nothing = v.strictObject({});
const optimiser = v.picklist(["adam", "sgd"]);

const python = v.optional(v.strictObject({ program: path, folder: path }));

const settingEntries = {
  environment: v.pipe(v.string(), v.maxLength(200)),
  algorithm: name,
  seed: count,
  hidden: v.pipe(v.array(count), v.maxLength(16)),
  activation: v.picklist(["relu", "tanh"]),
  bias: v.boolean(),
  optimiser,
  learningRate: v.number(),
  gamma: v.number(),
  clipNorm: v.nullable(v.number()),
  loss: text,
  backend: v.picklist(["auto", "kernels", "tensorflow", "webgpu"]),
  value: v.picklist(["none", "shared", "own"]),
  valueLearningRate: v.nullable(v.number()),
  sigma: v.picklist(["network", "parameter"]),
  sigmaBy: v.picklist(["exp", "softplus"]),
  environments: count,
  batch: count,
  epochs: count,
  minibatches: count,
  targets: text,
  adamEpsilon: v.number(),
  annealSteps: v.nullable(count),
  dropout: v.number(),
  bootstrapTruncated: v.boolean(),
};

const range = { columns, start: v.number(), end: v.number(), order };
const pair = { path, update: v.nullable(v.pipe(count, v.minValue(1))), a: text, b: text };

/** The form of every method's params. Ranges of settings are checked where they are used, with better words. */
const schemas: { readonly [Name in keyof EngineMethods]: v.GenericSchema } = {
  hello: v.strictObject({ version: v.number(), probe: v.instance(Float64Array) }),
  environments: nothing,
  algorithms: nothing,
  train: v.strictObject({
    settings: v.partial(v.strictObject(settingEntries)),
    out: path,
    limit: v.optional(
      v.strictObject({
        updates: v.optional(count),
        steps: v.optional(count),
        untilSolved: v.optional(v.boolean()),
      }),
    ),
    paused: v.optional(v.boolean()),
    python,
  }),
  open: v.strictObject({ path }),
  resumeFile: v.strictObject({ path, backend: v.optional(settingEntries.backend), python }),
  close: v.strictObject({ run }),
  view: v.strictObject({ run }),
  pause: v.strictObject({ run }),
  resume: v.strictObject({ run }),
  oneUpdate: v.strictObject({ run }),
  stop: v.strictObject({ run }),
  reset: v.strictObject({ run, settings: v.optional(v.partial(v.strictObject(settingEntries))), python }),
  apply: v.strictObject({
    run,
    loss: v.optional(text),
    settings: v.optional(
      v.strictObject({
        gamma: v.optional(v.number()),
        learningRate: v.optional(v.number()),
        optimiser: v.optional(optimiser),
      }),
    ),
  }),
  curve: v.strictObject({ run, from: v.number(), to: v.number(), buckets }),
  select: v.strictObject(reference),
  pin: v.strictObject({ ...reference, label: v.optional(v.pipe(v.string(), v.maxLength(200))) }),
  unpin: v.strictObject(reference),
  evaluate: v.strictObject({ ...reference, text, aside: v.optional(v.literal(true)) }),
  compare: v.strictObject(reference),
  parity: v.strictObject(reference),
  rows: v.strictObject({ ...reference, source, ...range }),
  rowOf: v.strictObject({ ...reference, source, step: count, order }),
  series: v.strictObject({ ...reference, source, columns, buckets }),
  step: v.strictObject({ ...reference, source, step: count }),
  explainCell: v.strictObject({ ...reference, source, step: count, column: name }),
  node: v.strictObject({ ...reference, text, offset: count }),
  checkLoss: v.strictObject({ text }),
  prove: v.strictObject({
    text,
    run: v.optional(run),
    update: v.optional(count),
    rule: v.optional(text),
    seed: v.optional(count),
  }),
  probes: v.strictObject({ text }),
  listRuns: v.strictObject({ folder: path }),
  renameRun: v.strictObject({ path, name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)) }),
  deleteRun: v.strictObject({ path }),
  exportUpdate: v.strictObject({
    ...reference,
    to: v.picklist(["csv", "pgtrace", "pytorch", "numpy"]),
    path,
  }),
  compareRuns: v.strictObject({
    paths: v.pipe(v.array(path), v.maxLength(1000)),
    axis: v.picklist(comparisonAxes),
    metric: v.picklist(comparisonMetrics),
  }),
  compareLosses: v.strictObject(pair),
  pairRows: v.strictObject({ ...pair, ...range }),
  pairSeries: v.strictObject({ ...pair, columns, buckets }),
  exportRun: v.strictObject({
    file: path,
    to: v.picklist(["csv", "pgtrace"]),
    path,
    from: v.optional(count),
    until: v.optional(count),
    every: v.optional(v.pipe(count, v.minValue(1))),
  }),
  exportTraceUpdate: v.strictObject({
    trace: path,
    update: v.optional(count),
    to: v.picklist(["csv", "pgtrace", "pytorch", "numpy"]),
    path,
  }),
  openTrace: v.strictObject({ path }),
  tracePlace: v.strictObject({
    run,
    updates: v.pipe(v.array(count), v.maxLength(100)),
    steps: v.pipe(v.array(v.strictObject({ episode: count, t: count })), v.maxLength(100)),
  }),
  diagnose: v.strictObject({ path }),
  traceReport: v.strictObject({ path }),
  recordedNames: v.strictObject({ path }),
  backends: nothing,
  doctor: v.strictObject({ pythons, editor: v.pipe(v.string(), v.maxLength(100)) }),
  installRuntime: v.strictObject({
    pythons,
    name: v.picklist(["tensorflow", "webgpu"]),
    libraryFolder: v.optional(path),
  }),
  credit: v.strictObject({ count: v.pipe(count, v.maxValue(10_000)) }),
};

/** What is wrong with a method's params, in words; undefined where they are right. */
export function checkEngineParams(method: string, params: unknown): string | undefined {
  if (!Object.hasOwn(schemas, method)) return undefined;
  const result = v.safeParse(schemas[method as keyof EngineMethods], params);
  if (result.success) return undefined;
  const [issue] = result.issues;
  return `${v.getDotPath(issue) ?? "params"}: ${issue.message}`;
}

import * as v from "valibot";
import type { PanelCommand, PanelEngineMethod, PanelMethods } from "../../protocol/panel.ts";

const longestLossText = 65_536;
const longestCopy = 2 ** 20;
const mostColumns = 512;
const mostRows = 10_000;
const mostBuckets = 20_000;

const text = (longest: number) => v.pipe(v.string(), v.maxLength(longest));
const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));
const index = count(Number.MAX_SAFE_INTEGER);
const run = text(4096);
const columnName = text(200);
const columns = v.pipe(v.array(columnName), v.maxLength(mostColumns));
const update = { run, update: index };
const source = v.picklist(["trainer", "edited", "difference"]);
const order = v.strictObject({ column: columnName, descending: v.boolean() });
const buckets = count(mostBuckets);
const float64Array = v.custom<Float64Array>(
  (value) => Object.prototype.toString.call(value) === "[object Float64Array]" && byteLength(value) <= 1024,
  "A binary probe is a Float64Array; another extension may be changing the messages of this window.",
);

export const panelMemory = v.strictObject({
  path: v.nullable(text(4096)),
  update: v.nullable(index),
  step: v.nullable(index),
  follow: v.boolean(),
  lossText: v.nullable(text(longestLossText)),
  source,
  sort: v.nullable(order),
  scroll: v.pipe(v.number(), v.finite()),
  side: v.optional(v.picklist(["findings", "steps"])),
});

export const panelCommands = [
  "train",
  "pause",
  "resume",
  "oneUpdate",
  "stop",
  "reset",
  "restartEngine",
  "showLog",
  "openRun",
  "exportCsv",
  "exportTrace",
  "exportPytorch",
  "exportNumpy",
  "openLossFile",
] as const satisfies readonly PanelCommand[];

/** What a page may ask, method by method: anything else is refused before a handler sees it. */
export const panelParams = {
  view: v.strictObject({ run }),
  curve: v.strictObject({ run, from: index, to: index, buckets }),
  select: v.strictObject(update),
  pin: v.strictObject({ ...update, label: v.optional(text(200)) }),
  unpin: v.strictObject(update),
  evaluate: v.strictObject({ ...update, text: text(longestLossText) }),
  compare: v.strictObject(update),
  parity: v.strictObject(update),
  rows: v.pipe(
    v.strictObject({ ...update, source, columns, start: index, end: index, order: v.optional(order) }),
    v.check(({ start, end }) => end - start <= mostRows, `at most ${mostRows} rows at a time`),
  ),
  rowOf: v.strictObject({ ...update, source, step: index, order: v.optional(order) }),
  series: v.strictObject({ ...update, source, columns, buckets }),
  step: v.strictObject({ ...update, source, step: index }),
  explainCell: v.strictObject({ ...update, source, step: index, column: columnName }),
  node: v.strictObject({ ...update, text: text(longestLossText), offset: index }),
  prove: v.strictObject({
    ...update,
    text: text(longestLossText),
    rule: v.optional(text(longestLossText)),
  }),
  apply: v.strictObject({
    run,
    loss: v.optional(text(longestLossText)),
    settings: v.optional(
      v.strictObject({
        gamma: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
        learningRate: v.optional(v.pipe(v.number(), v.gtValue(0), v.finite())),
        optimiser: v.optional(v.picklist(["adam", "sgd"])),
      }),
    ),
  }),
  environments: v.strictObject({}),
  algorithms: v.strictObject({}),
  ready: v.strictObject({ version: index, probe: float64Array, saved: v.nullable(panelMemory) }),
  command: v.strictObject({ command: v.picklist(panelCommands), update: v.optional(index) }),
  copy: v.strictObject({ text: text(longestCopy) }),
  remember: panelMemory,
} satisfies Record<keyof PanelMethods, v.GenericSchema>;

/** The engine's questions that pass through the host. */
export const forwardedMethods = Object.keys({
  view: true,
  curve: true,
  select: true,
  pin: true,
  unpin: true,
  evaluate: true,
  compare: true,
  parity: true,
  rows: true,
  rowOf: true,
  series: true,
  step: true,
  explainCell: true,
  node: true,
  prove: true,
  apply: true,
  environments: true,
  algorithms: true,
} satisfies Record<PanelEngineMethod, true>) as PanelEngineMethod[];

/** What is wrong with the params of a panel's call, or undefined. */
export function checkPanelParams(method: string, params: unknown): string | undefined {
  return checkParams(panelParams, method, params);
}

/** What is wrong with the params of a page's call, by the schema of each of its methods; undefined where they are right. */
export function checkParams(
  schemas: Readonly<Record<string, v.GenericSchema>>,
  method: string,
  params: unknown,
): string | undefined {
  const schema = Object.hasOwn(schemas, method) ? schemas[method] : undefined;
  if (schema === undefined) return "there is no such method";
  const result = v.safeParse(schema, params, { abortEarly: true });
  if (result.success) return undefined;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${issue.message}`;
}

function byteLength(value: unknown): number {
  return (value as Float64Array).byteLength;
}

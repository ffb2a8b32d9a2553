import * as v from "valibot";
import type { ComparisonMemory, ComparisonPageMethods } from "../../protocol/comparisonPage.ts";
import { comparisonAxes, comparisonMetrics } from "../../protocol/comparisonViews.ts";

const text = (longest: number) => v.pipe(v.string(), v.maxLength(longest));
const loss = text(65_536);
const path = v.pipe(text(4096), v.minLength(1));
const update = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const columns = v.pipe(v.array(text(200)), v.maxLength(64));
const look = { axis: v.picklist(comparisonAxes), metric: v.picklist(comparisonMetrics) };
const pair = { path, update: v.nullable(update), a: loss, b: loss };

/** Paths that one comparison may name. */
export const mostPaths = 1000;

/** What a page keeps over a reload; also what VS Code gives back of it when a window opens again. */
export const comparisonMemory: v.GenericSchema<ComparisonMemory> = v.strictObject({
  paths: v.pipe(v.array(path), v.maxLength(mostPaths)),
  look: v.strictObject(look),
  environment: v.nullable(text(200)),
  hidden: v.pipe(v.array(text(64)), v.maxLength(1000)),
  pair: v.strictObject({
    path: v.nullable(path),
    update: v.nullable(update),
    a: v.nullable(loss),
    b: v.nullable(loss),
  }),
});

/** What a page may ask, method by method: anything else is refused before a handler sees it. */
const schemas: { readonly [Name in keyof ComparisonPageMethods]: v.GenericSchema } = {
  ready: v.strictObject({ version: v.number(), saved: v.nullable(comparisonMemory) }),
  look: v.strictObject(look),
  openRun: v.strictObject({ path }),
  copy: v.strictObject({ text: text(2 ** 20) }),
  compareLosses: v.strictObject(pair),
  pairRows: v.strictObject({
    ...pair,
    columns,
    start: index,
    end: index,
    order: v.optional(v.strictObject({ column: text(200), descending: v.boolean() })),
  }),
  pairSeries: v.strictObject({ ...pair, columns, buckets: v.pipe(index, v.maxValue(20_000)) }),
};

/** What is wrong with a message of the page, in words; undefined where it is right. */
export function checkComparisonParams(method: string, params: unknown): string | undefined {
  if (!Object.hasOwn(schemas, method)) return undefined;
  const result = v.safeParse(schemas[method as keyof ComparisonPageMethods], params);
  return result.success ? undefined : result.issues[0].message;
}

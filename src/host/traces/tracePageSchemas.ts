import * as v from "valibot";
import type { TracePageMethods, TraceReadMethod } from "../../protocol/tracePage.ts";
import { checkParams, panelParams } from "../panel/panelSchemas.ts";

const { curve, select, evaluate, compare, rows, rowOf, series, step, explainCell, node } = panelParams;

/** The panel's questions, which pass through the host to the engine. */
const reading = { curve, select, evaluate, compare, rows, rowOf, series, step, explainCell, node } satisfies {
  [Method in TraceReadMethod]: v.GenericSchema;
};

export const readMethods = Object.keys(reading) as TraceReadMethod[];

const finding = v.pipe(v.string(), v.maxLength(100));

const schemas: Readonly<Record<keyof TracePageMethods, v.GenericSchema>> = {
  ...reading,
  ready: panelParams.ready,
  copy: panelParams.copy,
  remember: panelParams.remember,
  openSource: v.strictObject({ finding }),
  explain: v.strictObject({ finding: v.nullable(finding) }),
  copyFix: v.strictObject({ finding }),
  mend: v.strictObject({ finding }),
  exportUpdate: v.strictObject({ update: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
  saveReport: v.strictObject({}),
  placeOf: v.strictObject({ finding }),
};

/** What is wrong with the params of a call of a trace's page, or undefined. */
export function checkTracePageParams(method: string, params: unknown): string | undefined {
  return checkParams(schemas, method, params);
}

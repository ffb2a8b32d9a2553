import type { UpdateEvidence } from "../../diagnosis/trace/evidence.ts";
import { Session } from "../../diagnosis/trace/session.ts";
import { candidateFor } from "../../diagnosis/trace/weights/search.ts";
import { TargetCache } from "../../diagnosis/trace/weights/weightsOf.ts";
import { type CsvColumn, csvHeading, csvRows } from "../../runs/exportCsv.ts";
import { stepColumnNames, type Trace, type UpdateRecord, vectorNames } from "../../runs/trace/trace.ts";
import { traceEvidence } from "../diagnosis/evidence.ts";

/**
 * The steps of a recorded update as columns [T]: what was recorded of them, of the update (`update.…`), the weight c_t as
 * it was read (`weight`), and what the rule that was found makes it (`rule`). A cell is empty where nothing is recorded.
 */
export function traceCsv(
  session: Session,
  trace: Trace,
  record: UpdateRecord,
  update: UpdateEvidence,
): CsvColumn[] {
  const { steps } = trace;
  const { rows } = record;
  const at = (read: (row: number) => number) => Array.from(rows, (row) => cell(read(row)));
  const stepColumns = stepColumnNames.flatMap((name) => {
    const column = steps.columns[name];
    if (column.given === 0) return [];
    return wide(name, column.width, (t, k) => column.at(rows[t]!, k), rows.length);
  });
  const ofUpdate = vectorNames.flatMap((name) => {
    const tensor = record.vectors.get(name);
    if (!tensor || tensor.data.length % rows.length !== 0) return [];
    const width = tensor.data.length / rows.length;
    return wide(`update.${name}`, width, (t, k) => tensor.data[t * width + k]!, rows.length);
  });
  const isSeveral = steps.environments.given > 0;
  return [
    { name: "step", values: Array.from(rows, (_, t) => t) },
    { name: "episode", values: at((row) => steps.episodes.at(row)) },
    { name: "t", values: at((row) => steps.time.at(row)) },
    ...(isSeveral ? [{ name: "env", values: at((row) => steps.environments.at(row)) }] : []),
    { name: "reward", values: at((row) => steps.rewards.at(row)) },
    { name: "terminated", values: at((row) => steps.flags(row) & 1) },
    { name: "truncated", values: at((row) => (steps.flags(row) >> 1) & 1) },
    ...weightColumns(session, update),
    ...stepColumns,
    ...ofUpdate,
  ];
}

/** The steps of all updates of a trace as the lines of one table, each row with the number of its update. */
export function* wholeTraceCsv(trace: Trace): Generator<string> {
  const evidence = traceEvidence(trace);
  const session = new Session(evidence);
  const columnsOf = (at: number) => traceCsv(session, trace, trace.updates[at]!, evidence.updates[at]!);
  const names = new Set<string>();
  for (const at of trace.updates.keys()) for (const { name } of columnsOf(at)) names.add(name);
  yield csvHeading(["update", ...names]);
  for (const [at, { number, rows }] of trace.updates.entries()) {
    const own = new Map(columnsOf(at).map((column) => [column.name, column]));
    const none = new Array<string>(rows.length).fill("");
    yield* csvRows([
      { name: "update", values: new Array<number>(rows.length).fill(number) },
      ...Array.from(names, (name) => own.get(name) ?? { name, values: none }),
    ]);
  }
}

function weightColumns(session: Session, update: UpdateEvidence): CsvColumn[] {
  const read = session.readings.find((one) => one.update === update);
  if (!read) return [];
  const weight = { name: "weight", values: Array.from(read.reading.weights, cell) };
  const explanation = session.weights.explained.find(({ updates }) =>
    updates.some((one) => one.update === update),
  );
  if (!explanation) return [weight];
  const rule = candidateFor(read, explanation.spec, new TargetCache());
  return [weight, { name: "rule", values: Array.from(rule, (value) => explanation.fit.scale * value) }];
}

function wide(
  name: string,
  width: number,
  read: (t: number, k: number) => number,
  steps: number,
): CsvColumn[] {
  return Array.from({ length: width }, (_, k) => ({
    name: width === 1 ? name : `${name}[${k}]`,
    values: Array.from({ length: steps }, (_, t) => cell(read(t, k))),
  }));
}

function cell(value: number): number | string {
  return Number.isNaN(value) ? "" : value;
}

import { columnViews, tableShape } from "../engine/inspection/columns.ts";
import type { InspectedLoss, Inspector } from "../engine/inspection/inspector.ts";
import { orderRows } from "../engine/inspection/orderedRows.ts";
import { ratioView, ratioWords } from "../engine/inspection/ratioView.ts";
import { batchRemarks } from "../engine/inspection/remarks.ts";
import type { OpenRun } from "../engine/openRun.ts";
import { UserError } from "../engine/userError.ts";
import { dimensionsOutside } from "../environments/spaces.ts";
import { nearestName } from "../protocol/choice.ts";
import type { ColumnView } from "../protocol/views.ts";
import type { Batch } from "../rl/batch.ts";
import { openUpdate } from "./openUpdate.ts";
import { type Console, formatNumber, jsonLine, textTable } from "./output.ts";

export interface ShowOptions {
  readonly sort?: string | undefined;
  readonly ascending?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
}

const usualLimit = 20;
/** Groups of columns that are printed without being asked for. */
const shownGroups = new Set(["dlogit", "dmu", "dsigma"]);

/** Prints the step table, the sum row and the verdict of an update. */
export async function showUpdate(
  path: string,
  update: number | undefined,
  options: ShowOptions,
  console: Console,
): Promise<void> {
  const { run, inspector, how, instead } = await openUpdate(path, update);
  if (instead !== undefined) console.error(`${instead}\n`);
  try {
    const columns = chooseColumns(run, inspector, options.columns);
    const rows = chooseRows(run, inspector, options);
    if (options.json) printJson(inspector, columns, rows, console);
    else printTable(run, inspector, how, columns, rows, console);
  } finally {
    await run.close();
  }
}

function allColumns(run: OpenRun, inspector: Inspector): ColumnView[] {
  return columnViews(tableShape(inspector, inspector.trainer, run.names));
}

function chooseColumns(
  run: OpenRun,
  inspector: Inspector,
  wanted: readonly string[] | undefined,
): ColumnView[] {
  const columns = allColumns(run, inspector);
  const hidden = new Set(["step", "episode", "terminated", "truncated"]);
  if (!wanted)
    return columns.filter(
      ({ name, group }) => !hidden.has(name) && (group === undefined || shownGroups.has(group)),
    );
  return wanted.flatMap((name) => {
    const found = columns.filter((column) => column.name === name || column.group === name);
    if (found.length > 0) return found;
    throw unknownColumn(name, [...new Set(columns.map((column) => column.group ?? column.name))]);
  });
}

function unknownColumn(name: string, names: readonly string[]): UserError {
  const nearest = nearestName(name, names);
  const offer = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  return new UserError("usage", `There is no column "${name}".${offer}`, `There are ${names.join(", ")}.`);
}

function chooseRows(run: OpenRun, inspector: Inspector, options: ShowOptions): Float64Array {
  const { sort, ascending, limit = usualLimit } = options;
  if (sort === undefined)
    return Float64Array.from({ length: Math.min(limit, inspector.frozen.batch.steps) }, (_, row) => row);
  const values = inspector.column(inspector.trainer, sort);
  if (!values)
    throw unknownColumn(
      sort,
      allColumns(run, inspector).map(({ name }) => name),
    );
  return orderRows(values, ascending !== true).subarray(0, limit);
}

function printJson(
  inspector: Inspector,
  columns: readonly ColumnView[],
  rows: Float64Array,
  console: Console,
): void {
  const loss = inspector.trainer;
  const ratio = ratioView(inspector, loss);
  const remarks = batchRemarks(inspector);
  const values = columns.map(({ name }) => [name, inspector.column(loss, name)] as const);
  for (const row of rows)
    console.out(jsonLine(Object.fromEntries(values.map(([name, column]) => [name, column?.[row]]))));
  console.out(
    jsonLine({
      update: inspector.frozen.update,
      steps: inspector.frozen.batch.steps,
      loss: loss.evaluation.value,
      terms: loss.terms.columns.map(({ text, sum }) => ({ text, sum })),
      rest: loss.terms.rest,
      grad_norm: loss.gradientNorm,
      ...(remarks.length > 0 && { remarks }),
      ...(ratio && { approx_kl: ratio.approximateKl, clip_fraction: ratio.clipFraction }),
      verdict: {
        kind: loss.verdict.kind,
        sentence: loss.verdict.sentence,
        rule: loss.verdict.rule,
        undecided: loss.verdict.undecided,
      },
    }),
  );
}

function printTable(
  run: OpenRun,
  inspector: Inspector,
  how: string,
  columns: readonly ColumnView[],
  rows: Float64Array,
  console: Console,
): void {
  const { trainer: loss, frozen } = inspector;
  const source =
    how === "replayed" ? "recomputed by replay, equal bit for bit to what was recorded" : "kept in the run";
  console.out(`update ${frozen.update} · ${frozen.batch.steps} steps · ${source}\n`);
  const cells = columns.map((column) => columnCells(run, inspector, loss, column, rows));
  const body = [...rows].map((_, place) => cells.map((column) => column[place] ?? ""));
  const sums = sumRow(columns, inspector);
  const rowsOfTable = sums.some((cell, place) => place > 0 && cell !== "") ? [...body, sums] : body;
  console.out(textTable([columns.map(({ label }) => label), ...rowsOfTable]));
  if (rows.length < frozen.batch.steps) console.out(`${rows.length} of ${frozen.batch.steps} steps\n`);
  console.out(outsideLine(run, frozen.batch));
  console.out(lossLines(loss));
  const ratio = ratioView(inspector, loss);
  if (ratio) console.out(`${ratioWords(ratio)}\n`);
  console.out(verdictLines(loss));
  for (const remark of batchRemarks(inspector)) console.out(`${remark}\n`);
}

/** How many actions the environment did not take as they were drawn. */
function outsideLine(run: OpenRun, { actions, steps, actionCount }: Batch): string {
  const { actionSpace } = run.resolved.environment.create();
  if (actionSpace.kind === "discrete") return "";
  let outside = 0;
  for (let t = 0; t < steps; t++) {
    if (dimensionsOutside(actionSpace, actions, t * actionCount).length > 0) outside++;
  }
  if (outside === 0) return "";
  return `${outside} of ${steps} actions lie outside the bounds; the environment takes the nearest inside, ln π is of what was drawn\n`;
}

function columnCells(
  run: OpenRun,
  inspector: Inspector,
  loss: InspectedLoss,
  column: ColumnView,
  rows: Float64Array,
): string[] {
  const values = inspector.column(loss, column.name) ?? new Float64Array();
  return [...rows].map((row) => {
    const value = values[row] as number;
    if (column.kind === "action") return run.names.actionNames[value] ?? String(value);
    if (column.kind === "percent") return `${(100 * value).toFixed(2)} %`;
    return formatNumber(value);
  });
}

function sumRow(columns: readonly ColumnView[], inspector: Inspector): string[] {
  const loss = inspector.trainer;
  const shares = inspector.column(loss, "share") ?? new Float64Array();
  const whole = 100 * shares.reduce((sum, share) => sum + share, 0);
  return columns.map(({ name }, place) => {
    const term = loss.terms.columns.find(({ column }) => column === name);
    if (term) return formatNumber(term.sum);
    if (name === "share") return `${Number(whole.toFixed(2))} %`;
    return place === 0 ? "Σ" : "";
  });
}

export function lossLines(loss: InspectedLoss): string {
  const { terms, evaluation } = loss;
  if (terms.notSeparable !== undefined) {
    return `loss ${evaluation.value}   (no sum over the steps: ${terms.notSeparable})\n‖g‖ ${loss.gradientNorm}\n`;
  }
  const parts = terms.columns.length > 1 ? terms.columns.slice(1) : terms.columns;
  const lines = parts.map(({ text, sum }) => `  Σ ${text} = ${sum}\n`);
  const rest = terms.rest === 0 ? "" : `  and ${terms.rest} that belongs to no single step\n`;
  return `loss ${evaluation.value}\n${lines.join("")}${rest}‖g‖ ${loss.gradientNorm}\n`;
}

export function verdictLines(loss: InspectedLoss): string {
  const { verdict } = loss;
  const undecided = verdict.undecided.map((reason) => `  cannot be decided: ${reason}\n`).join("");
  const why = verdict.explanation === "" ? "" : `  ${verdict.explanation}\n`;
  return `${verdict.sentence}\n  ${verdict.rule}\n${why}${undecided}`;
}

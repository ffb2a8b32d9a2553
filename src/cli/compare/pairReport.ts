import type { LossPair } from "../../engine/comparison/lossPair.ts";
import type { InspectedLoss } from "../../engine/inspection/inspector.ts";
import { orderRows } from "../../engine/inspection/orderedRows.ts";
import type { ColumnView } from "../../protocol/views.ts";
import { layersObject, layersTable } from "../layers.ts";
import { formatNumber, jsonLine, textTable } from "../output.ts";
import { lossLines, verdictLines } from "../showUpdate.ts";

/** The two losses of a pair as the report calls them. */
export interface PairNames {
  readonly run: string;
  readonly a: string;
  readonly b: string;
}

/** Both losses on the batch: value and verdict of each, gradient by layer, and the `limit` steps where c differs most. */
export function pairReport(
  pair: LossPair,
  a: InspectedLoss,
  b: InspectedLoss,
  names: PairNames,
  limit: number,
): string {
  const { frozen } = pair.inspector;
  return [
    `update ${frozen.update} of ${names.run} · ${frozen.batch.steps} steps\n`,
    `A  ${names.a}\n${lossLines(a)}${verdictLines(a)}`,
    `B  ${names.b}\n${lossLines(b)}${verdictLines(b)}`,
    layersTable(pair.comparison()!, ["A", "B"]),
    stepTable(pair, limit),
  ].join("\n");
}

function stepTable(pair: LossPair, limit: number): string {
  const columns = pair.columns().filter(({ name }) => name !== "episode");
  const rows = mostApart(pair).subarray(0, limit);
  const cells = columns.map((column) =>
    [...rows].map((row) => cell(column, pair.column(column.name)![row]!)),
  );
  const body = [...rows].map((_, place) => cells.map((column) => column[place]!));
  const { steps } = pair.inspector.frozen.batch;
  return `the ${rows.length} of ${steps} steps where c differs most\n${textTable([columns.map(({ label }) => label), ...body])}`;
}

function cell({ kind }: ColumnView, value: number): string {
  return kind === "percent" ? `${(100 * value).toFixed(2)} %` : formatNumber(value);
}

/** Steps by |c of B − c of A|, the largest first; where a loss has no weights, by how far ‖g_t‖ lie apart. */
function mostApart(pair: LossPair): Float64Array {
  return orderRows(pair.column("apart.weight") ?? pair.column("apart.size")!, true);
}

/** The same as one JSON object with every column, and the steps in the order of how far their weights lie apart. */
export function pairJson(pair: LossPair, a: InspectedLoss, b: InspectedLoss, names: PairNames): string {
  const { frozen } = pair.inspector;
  const side = (loss: InspectedLoss, name: string) => ({
    name,
    text: loss.text,
    loss: loss.evaluation.value,
    grad_norm: loss.gradientNorm,
    verdict: { kind: loss.verdict.kind, sentence: loss.verdict.sentence, rule: loss.verdict.rule },
  });
  return jsonLine({
    run: names.run,
    update: frozen.update,
    steps: frozen.batch.steps,
    a: side(a, names.a),
    b: side(b, names.b),
    ...layersObject(pair.comparison()!),
    most_apart: mostApart(pair),
    columns: Object.fromEntries(pair.columns().map(({ name }) => [name, pair.column(name)])),
  });
}

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { algorithms } from "../../src/algorithms/registry.ts";
import { readDataSet } from "../../src/loss/dataSet.ts";
import { compileLoss } from "../../src/loss/evaluate.ts";
import { parseLoss } from "../../src/loss/parse.ts";
import { type PrintTarget, printLoss } from "../../src/loss/print/print.ts";

/** A batch of JSON: numbers by name, and columns and tables by name; truth values make a mask. */
export interface PrintedBatch {
  readonly scalars: Readonly<Record<string, number>>;
  readonly data: Readonly<Record<string, readonly unknown[]>>;
}

/** A loss as it was printed for each library, and what our evaluator makes of it on a batch. */
export interface PrintedCase {
  readonly expr: string;
  readonly batch: number;
  readonly texts: Readonly<Partial<Record<PrintTarget, string>>>;
  /** Why a target's text is missing. */
  readonly refused: Readonly<Partial<Record<PrintTarget, string>>>;
  readonly value: number;
  /** By differentiable leaf, row by row. */
  readonly grad: Readonly<Record<string, readonly number[]>>;
}

/** Names that carry no gradient although they are columns of floats. */
const CONSTANTS: ReadonlySet<string> = new Set(["a", "t"]);

/** The cases of the operator table: `row text`. */
export function operatorCases(): string[] {
  const table = readFileSync(new URL("../cases/lossOperators.txt", import.meta.url), "utf8");
  const lines = table.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return lines.map((line) => line.slice(line.indexOf(" ")).trim());
}

/** Every shipped algorithm's loss. */
export function algorithmCases(): string[] {
  return algorithms.map(({ loss }) => loss);
}

/** Prints a loss and evaluates it. Throws where the text has errors: the cases are ours. */
export function printedCase(
  expr: string,
  batch: PrintedBatch,
  index: number,
  targets: readonly PrintTarget[],
): PrintedCase {
  const read = readDataSet(batch);
  if (!read.ok) throw new Error(read.message);
  const { symbols, inputs } = read.dataSet;
  const { program, diagnostics } = parseLoss(expr);
  if (!program) throw new Error(`${expr}: ${diagnostics[0]!.message}`);
  const { compiled, diagnostics: problems } = compileLoss(program, symbols);
  const evaluation = compiled?.evaluate(inputs);
  if (!compiled || !evaluation?.ok) throw new Error(`${expr}: ${problems[0]?.message}`);
  const isFloat = (name: string) => !symbols.get(name)!.boolean && !symbols.get(name)!.number;
  const differentiable = new Set([...symbols.keys()].filter((name) => isFloat(name) && !CONSTANTS.has(name)));
  const texts: Partial<Record<PrintTarget, string>> = {};
  const refused: Partial<Record<PrintTarget, string>> = {};
  for (const target of targets) {
    const printed = printLoss(expr, target, { symbols, differentiable });
    if (printed.ok) texts[target] = printed.text;
    else refused[target] = printed.diagnostics[0]!.message;
  }
  const grad = Object.fromEntries(
    compiled.leaves.flatMap((name) =>
      differentiable.has(name) ? [[name, [...evaluation.adjoint(name)!]]] : [],
    ),
  );
  return { expr, batch: index, texts, refused, value: evaluation.value, grad };
}

/** Tells printed texts from others: what libraries made of the ones says nothing about the others. */
export function textsHash(texts: PrintedCase["texts"]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 16);
}

const column = (...values: readonly number[]) => values;

/** The batch of printedLosses.json: columns x, y, z of any sign, p, q positive, tables, actions, flags, heads. */
export const fixedBatch: PrintedBatch = {
  scalars: { gamma: 0.9, alpha: 0.1, T: 5, N: 2 },
  data: {
    x: column(0.42, -1.31, 0.77, 1.93, -0.58),
    y: column(-0.66, 1.12, 0.35, -1.74, 0.91),
    z: column(1.08, -0.27, -1.55, 0.64, 0.13),
    p: column(0.31, 1.47, 0.86, 1.72, 0.55),
    q: column(1.19, 0.44, 1.63, 0.28, 0.97),
    m: [
      column(0.3, -1.2, 0.8),
      column(1.1, 0.2, -0.4),
      column(-0.9, 0.6, 1.5),
      column(0.05, -0.7, -1.6),
      column(1.8, 0.9, -0.1),
    ],
    n: [
      column(-0.5, 0.7, 1.3),
      column(0.4, -1.1, 0.9),
      column(1.6, -0.2, -0.8),
      column(-1.4, 0.1, 0.55),
      column(0.25, 1.2, -0.65),
    ],
    a: column(0, 2, 1, 1, 0),
    t: column(0, 1, 0, 1, 2),
    h: [true, false, true, true, false],
    terminated: [false, true, false, false, false],
    truncated: [false, false, false, true, false],
    r: column(1, -0.5, 2, 0.25, 1.5),
    log_pi: column(-0.7, -1.3, -0.2, -2.1, -0.9),
    log_pi_old: column(-0.8, -1.1, -0.3, -1.9, -1),
    entropy: column(0.6, 0.9, 0.3, 1.05, 0.75),
    logits: [
      column(0.2, -0.9, 1.1),
      column(-0.3, 0.8, 0.1),
      column(1.4, -0.6, 0.5),
      column(-1.2, 0.7, 0.35),
      column(0.6, -0.15, -0.85),
    ],
    pi: [
      column(0.25, 0.1, 0.65),
      column(0.15, 0.5, 0.35),
      column(0.6, 0.1, 0.3),
      column(0.1, 0.55, 0.35),
      column(0.55, 0.3, 0.15),
    ],
    mu: [column(0.1, -0.4), column(0.7, 0.2), column(-0.5, 0.3), column(0.25, -0.8), column(1.1, 0.05)],
    sigma: [column(0.5, 0.9), column(0.7, 0.4), column(1.2, 0.6), column(0.35, 0.8), column(0.45, 1.1)],
    V_next: column(1.1, -0.2, 0.7, 0.15, 0.9),
    z_theta: column(-0.6, 0.25, 0.4, -0.1, 0.3),
    z_w: column(0.2, -0.35, 0.5, 0.8, -0.15),
    G_recorded: column(1.9, 0.8, 2.2, 0.4, 1.5),
    V_recorded: column(0.35, 1.25, -0.2, 0.7, 0.2),
    V: column(0.4, 1.2, -0.3, 0.8, 0.1),
    adv: column(0.9, -1.4, 0.6, 0.2, -0.7),
  },
};

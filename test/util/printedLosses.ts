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

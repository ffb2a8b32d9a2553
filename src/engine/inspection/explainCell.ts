import type { CellExplanation } from "../../protocol/views.ts";
import { baseColumns } from "./columns.ts";
import type { SourcedColumns } from "./sourcedColumns.ts";

type Numbers = (column: string, step?: number) => string;

interface Formula {
  readonly formula: string;
  readonly numbers: (of: Numbers, step: number, columns: SourcedColumns) => string;
}

const formulas: Readonly<Record<string, Formula>> = {
  G: {
    formula: "G_t = r_t + γ·G_{t+1}",
    numbers: (of, step, columns) => {
      const { batch, gamma } = columns.opened.inspector.frozen;
      const isLast = step + 1 >= batch.steps || batch.time[step + 1] === 0;
      return `${of("reward")} + ${gamma}·${isLast ? "0" : of("G", step + 1)}`;
    },
  },
  gamma_t: {
    formula: "γᵗ",
    numbers: (of, _, columns) => `${columns.opened.inspector.frozen.gamma}^${of("t")}`,
  },
  log_pi: {
    formula: "ln π(A_t|S_t)",
    numbers: (of, step, columns) => `ln ${of(`pi[${columns.opened.inspector.frozen.batch.actions[step]}]`)}`,
  },
  entropy: {
    formula: "H = −Σ_k π_k ln π_k",
    numbers: (of, _, columns) =>
      columns.opened.names.actionNames.map((_name, k) => `−${of(`pi[${k}]`)}·ln ${of(`pi[${k}]`)}`).join(" "),
  },
  weight: {
    formula: "c_t = −∂L/∂ln π_t",
    numbers: (of) => `${of("weight")} (γᵗ = ${of("gamma_t")}, G = ${of("G")}, γᵗG is their product)`,
  },
  size: {
    formula: "‖g_t‖ = √Σ_layers ‖δ_t‖²(‖h_t‖²+1)",
    numbers: (of, _, { loss }) => `${of("size")} of ‖g‖ = ${loss.gradientNorm}`,
  },
  share: {
    formula: "g_t·g / ‖g‖²",
    numbers: (_, step, { loss }) => `${loss.projections[step]} / ${loss.gradientNorm}²`,
  },
};

const outputFormula: Formula = {
  formula: "∂L/∂z_k = −c_t([k = A_t] − π_k) + β_t π_k(ln π_k + H)",
  numbers: (of, step, columns) => {
    const beta = columns.loss.verdict.fingerprint.entropyWeights?.[step];
    return `c = ${of("weight")}, π = ${columns.opened.names.actionNames.map((_name, k) => of(`pi[${k}]`)).join(", ")}${beta === undefined ? "" : `, β = ${beta}`}`;
  },
};

/** The full value of a cell, and the formula behind it with the numbers put in. */
export function explainCell(columns: SourcedColumns, step: number, column: string): CellExplanation {
  const value = columns.column(column)[step] as number;
  const of: Numbers = (name, at = step) => String(columns.column(name)[at]);
  const known = Object.hasOwn(formulas, column)
    ? formulas[column]
    : column.startsWith("dlogit[")
      ? outputFormula
      : undefined;
  if (known)
    return { value, formula: known.formula, numbers: `${known.numbers(of, step, columns)} = ${value}` };
  const term = columns.loss.terms.columns.find((candidate) => candidate.column === column);
  const description = term
    ? `this step's part of ${term.text}`
    : (baseColumns[column]?.description ?? column);
  return { value, formula: description, numbers: String(value) };
}

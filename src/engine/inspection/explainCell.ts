import type { CellExplanation } from "../../protocol/views.ts";
import { endsEpisode } from "../../rl/episodeEnds.ts";
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
      const isLast = endsEpisode(batch, step, batch.steps);
      return `${of("reward")} + ${gamma}·${isLast ? "0" : of("G", step + 1)}`;
    },
  },
  gamma_t: {
    formula: "γᵗ",
    numbers: (of, _, columns) => `${columns.opened.inspector.frozen.gamma}^${of("t")}`,
  },
  V: { formula: "V(S_t)", numbers: (of) => `the value head's output: ${of("V")}` },
  delta: {
    formula: "δ_t = r_t + γ·V(S_{t+1}) − V(S_t)",
    numbers: (of, _, columns) =>
      `${of("reward")} + ${columns.opened.inspector.frozen.gamma}·${of("V_next")} − ${of("V")}`,
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

/** What a Gaussian policy's cells are, by column or by the group of columns that one belongs to. */
const gaussianFormulas: Readonly<Record<string, Formula>> = {
  log_pi: {
    formula: "ln π(A_t|S_t) = Σ_i −(a_i − μ_i)²/2σ_i² − ln σ_i − ½ ln 2π",
    numbers: (of, _, columns) =>
      eachDimension(columns, (i) => {
        const sigma = of(`sigma[${i}]`);
        return `−(${of(`a[${i}]`)} − ${of(`mu[${i}]`)})²/(2·${sigma}²) − ln ${sigma} − ½ ln 2π`;
      }).join(" "),
  },
  entropy: {
    formula: "H = Σ_i ½ ln 2πe + ln σ_i",
    numbers: (of, _, columns) =>
      eachDimension(columns, (i) => `½ ln 2πe + ln ${of(`sigma[${i}]`)}`).join(" + "),
  },
  dmu: {
    formula: "∂L/∂μ = −c_t(a − μ)/σ²",
    numbers: (of) => `c = ${of("weight")}`,
  },
  dsigma: {
    formula: "∂L/∂σ = −(c_t((a − μ)²/σ² − 1) + β_t)/σ",
    numbers: (of, step, { loss }) => {
      const beta = loss.verdict.fingerprint.entropyWeights?.[step];
      return `c = ${of("weight")}${beta === undefined ? "" : `, β = ${beta}`}`;
    },
  },
};

function eachDimension(columns: SourcedColumns, text: (i: number) => string): string[] {
  return columns.opened.names.actionNames.map((_name, i) => text(i));
}

function formulaOf(columns: SourcedColumns, column: string): Formula | undefined {
  const group = column.split("[")[0] as string;
  const isGaussian = columns.opened.inspector.frozen.specification.gaussian !== undefined;
  if (isGaussian && Object.hasOwn(gaussianFormulas, group)) return gaussianFormulas[group];
  if (group === "dlogit") return outputFormula;
  return Object.hasOwn(formulas, column) ? formulas[column] : undefined;
}

/** The full value of a cell, and the formula behind it with the numbers put in. */
export function explainCell(columns: SourcedColumns, step: number, column: string): CellExplanation {
  const value = columns.column(column)[step] as number;
  const asRecorded = columns.opened.inspector.origin(columns.loss, column);
  if (asRecorded !== undefined) return { value, formula: asRecorded, numbers: String(value) };
  const of: Numbers = (name, at = step) => String(columns.column(name)[at]);
  const known = formulaOf(columns, column);
  if (known)
    return { value, formula: known.formula, numbers: `${known.numbers(of, step, columns)} = ${value}` };
  const term = columns.loss.terms.columns.find((candidate) => candidate.column === column);
  const description = term
    ? `this step's part of ${term.text}`
    : (baseColumns[column]?.description ?? column);
  return { value, formula: description, numbers: String(value) };
}

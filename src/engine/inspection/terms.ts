import { perStepTerms as readTerms, type StepTerm } from "../../loss/terms.ts";
import type { BatchEvaluation } from "../lossOnBatch.ts";

/** One column ℓ_t of the step table. */
export interface TermColumn {
  /** "l" for the whole ℓ_t, "l_1", "l_2", … for its additive parts where there are several. */
  readonly column: string;
  readonly text: string;
  readonly values: Float64Array;
  readonly sum: number;
}

/** The loss as Σ_t ℓ_t and a rest, for the step table. */
export interface StepTerms {
  readonly columns: readonly TermColumn[];
  /** What belongs to no single step; null where the loss cannot be written as a sum over steps. */
  readonly rest: number | null;
  readonly notSeparable: string | undefined;
}

/** ℓ_t of a loss, whole and by additive term. Terms that are 0 at every step are left out. */
export function perStepTerms({ compiled, evaluation, value }: BatchEvaluation, steps: number): StepTerms {
  const read = readTerms(compiled, evaluation, steps);
  if (!read.ok) return { columns: [], rest: null, notSeparable: read.why };
  const terms = read.terms.filter(({ values }) => values.some((part) => part !== 0));
  const rest = read.rest.reduce((sum, part) => sum + part.value, 0);
  const whole = {
    column: "l",
    text: terms.map(termText).join(" + ") || "0",
    values: read.total,
    sum: value - rest,
  };
  const parts = terms.map((term, index) => ({
    column: `l_${index + 1}`,
    text: termText(term),
    values: term.values,
    sum: sumOf(term.values),
  }));
  return { columns: terms.length > 1 ? [whole, ...parts] : [whole], rest, notSeparable: undefined };
}

function termText({ text, scale }: StepTerm): string {
  const plain = text.replace(/\s+/g, " ");
  if (scale === 1) return plain;
  return scale === -1 ? `−(${plain})` : `${Number(scale.toPrecision(6))}·(${plain})`;
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

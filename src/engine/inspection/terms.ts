import type { BatchEvaluation } from "../lossOnBatch.ts";

/** The loss as Σ_t ℓ_t per additive term and a rest, for the step table. */
export interface StepTerms {
  readonly columns: readonly {
    readonly column: string;
    readonly text: string;
    readonly values: Float64Array;
    readonly sum: number;
  }[];
  /** What is no sum over the steps; null where the loss cannot be written so. */
  readonly rest: number | null;
  readonly notSeparable: string | undefined;
}

export function perStepTerms(_evaluation: BatchEvaluation, _steps: number): StepTerms {
  return { columns: [], rest: null, notSeparable: "not worked out" };
}

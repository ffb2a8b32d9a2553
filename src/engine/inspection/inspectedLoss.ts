import type { Verdict } from "../../diagnosis/verdict.ts";
import type { Diagnostic } from "../../loss/diagnostic.ts";
import type { Gradient } from "../../policies/policy.ts";
import type { BatchEvaluation } from "../lossOnBatch.ts";
import type { StepTerms } from "./terms.ts";

/** One loss on one frozen batch, with everything that follows from it. */
export interface InspectedLoss {
  readonly text: string;
  readonly evaluation: BatchEvaluation;
  readonly gradient: Gradient;
  /** ‖g‖ before any clipping. */
  readonly gradientNorm: number;
  /** g_t·g [T]. */
  readonly projections: Float64Array;
  readonly terms: StepTerms;
  readonly verdict: Verdict;
}

export type Inspection =
  | { readonly ok: true; readonly loss: InspectedLoss; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export type Evaluated =
  | { readonly ok: true; readonly evaluation: BatchEvaluation; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** A loss's derivatives at the heads. */
export type Derivatives = Pick<BatchEvaluation, "gradient" | "direct" | "adjoints"> &
  Partial<Pick<BatchEvaluation, "heads">>;

/** What follows from ∂L/∂outputs: g, ‖g_t‖ and g_t·g. */
export interface Followed {
  readonly gradient: Gradient;
  /** g_t·g [T]. */
  readonly projections: Float64Array;
}

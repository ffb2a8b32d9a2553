import type { Diagnostic } from "./shared.ts";

export type ProofStatus = "passed" | "failed" | "undecided";

/** Two ways to the same numbers, held against each other. */
export interface ProofCheckView {
  /**
   * heads: ln π by the backend and by plain loops. direct: autodiff and the rule applied step by step.
   * differences: autodiff and central differences. directDifferences: the rule and central differences.
   * rule: autodiff and the stated rule.
   */
  readonly id: "heads" | "direct" | "differences" | "directDifferences" | "rule";
  readonly title: string;
  readonly status: ProofStatus;
  /** The worst relative error; NaN where nothing could be compared. */
  readonly worst: number;
  readonly tolerance: number;
  /** Where it is worst: "W1[3,2]", "random direction 4", "step 17". */
  readonly where: string;
  /** How many numbers were compared. */
  readonly compared: number;
  /** What a reader should know beside the number; empty where there is nothing. */
  readonly detail: string;
}

/** Data on which a failed check fails too, as small as could be found, in the form that `pgi loss --data` reads. */
export interface CounterExampleView {
  readonly sentence: string;
  readonly steps: number;
  /** Both sides of what differs, by name: one number per step, or per element of a head. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly scalars: Readonly<Record<string, number>>;
  readonly data: Readonly<Record<string, readonly (number | boolean | readonly number[])[]>>;
}

/** What a numeric proof of a loss found. */
export interface ProofView {
  readonly ok: true;
  readonly status: ProofStatus;
  /** "Passed: three ways to ∂L/∂θ agree, the worst relative error is 3.1e−10." */
  readonly sentence: string;
  /** On what: "update 12 of run.pgrun: 200 steps, 898 parameters". */
  readonly on: string;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly checks: readonly ProofCheckView[];
  /** Kinks within reach of a difference, and what was done about them. */
  readonly kinks: readonly string[];
  /** What detach removes from the gradient; null where nothing that depends on θ is detached. */
  readonly detached: string | null;
  /** What the proof does not cover. */
  readonly notCovered: readonly string[];
  readonly counterExample: CounterExampleView | null;
  readonly seed: number;
  readonly milliseconds: number;
}

export type ProofResult = ProofView | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

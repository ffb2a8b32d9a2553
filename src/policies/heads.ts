import type { EpisodeEnds } from "../rl/episodeEnds.ts";
import { outputCount } from "./architecture.ts";
import { gaussianGradient } from "./gaussianGradient.ts";
import { logitsGradient } from "./logitsGradient.ts";
import type { Heads, OpaqueHeads, PolicySpecification } from "./policy.ts";
import { valuesGradient } from "./valueHead.ts";

/** ∂L/∂ of whatever a loss can name of a policy; an absent one is 0. */
export interface HeadAdjoints {
  /** ∂L/∂ln π(a_t|s_t) and ∂L/∂H_t, [T]. */
  readonly logProbabilities?: Float64Array;
  readonly entropies?: Float64Array;
  /** Of a categorical policy, [T × K]. */
  readonly logits?: Float64Array;
  readonly probabilities?: Float64Array;
  /** Of a Gaussian policy, [T × d]. */
  readonly mu?: Float64Array;
  readonly sigma?: Float64Array;
  /** Of a value head, [T]. */
  readonly values?: Float64Array;
  readonly nextValues?: Float64Array;
  /** ∂L/∂ of eligibility traces that were carried here, by name; they reach θ past the outputs. */
  readonly traces?: Readonly<Record<string, number>>;
}

/** The steps that heads belong to. */
export interface HeadSteps {
  readonly steps: number;
  /** [T] indices or [T × d] numbers. */
  readonly actions: Float64Array;
  readonly ends?: EpisodeEnds | undefined;
}

/** A loss's whole derivative at a policy's heads and outputs. */
export interface OutputsGradient {
  /** ∂L/∂outputs [rows × O], for `PolicyBackend.backward`. */
  readonly outputs: Float64Array;
  /** T, and after them the final observations of cut episodes where V_next carries gradient. */
  readonly rows: number;
  /** ∂L/∂logits [T × K] of a categorical policy. */
  readonly logits: Float64Array | undefined;
  /** ∂L/∂μ and ∂L/∂ln σ [T × d] of a Gaussian one. */
  readonly mu: Float64Array | undefined;
  readonly logSigma: Float64Array | undefined;
  /** ∂L/∂V_t [T], by V_t itself and as V_next of the step before. */
  readonly values: Float64Array | undefined;
}

/** Chains the adjoints of everything a loss named to the policy's outputs. */
export function outputsGradient(
  specification: PolicySpecification,
  heads: Heads,
  { steps, actions, ends }: HeadSteps,
  adjoints: HeadAdjoints,
): OutputsGradient {
  const { actionCount, gaussian } = specification;
  const action =
    heads.logits !== undefined
      ? { logits: logitsGradient(heads, actions, actionCount, adjoints), mu: undefined, logSigma: undefined }
      : gaussianGradient(heads, actions, actionCount, gaussian?.by ?? "exp", adjoints);
  const columns = "raw" in action ? [action.mu, action.raw] : [action.logits];
  const { logits, mu, logSigma } = { logits: undefined, ...action };
  if (specification.value === undefined && logits !== undefined) {
    return { outputs: logits, rows: steps, logits, mu, logSigma, values: undefined };
  }
  const values =
    specification.value === undefined
      ? undefined
      : valuesGradient(adjoints.values, adjoints.nextValues, ends, steps);
  const rows = values !== undefined && hasFinalGradient(values, steps) ? values.length : steps;
  const outputs = new Float64Array(rows * outputCount(specification));
  interleave(outputs, outputCount(specification), columns, actionCount, steps);
  if (values !== undefined) setLast(outputs, outputCount(specification), values, rows);
  return { outputs, rows, logits, mu, logSigma, values: values?.subarray(0, steps) };
}

/** Whether what the policy put out is not known. */
export function isOpaque(heads: Heads | OpaqueHeads): heads is OpaqueHeads {
  return heads.logits === undefined && heads.mu === undefined;
}

/** What is left of the gradient where the policy's outputs are not known: that at V. */
export function opaqueGradient(
  { values, nextValues }: HeadAdjoints,
  { steps, ends }: HeadSteps,
): OutputsGradient {
  const gradient = valuesGradient(values, nextValues, ends, steps).subarray(0, steps);
  return {
    outputs: new Float64Array(),
    rows: steps,
    logits: undefined,
    mu: undefined,
    logSigma: undefined,
    values: gradient,
  };
}

function hasFinalGradient(values: Float64Array, steps: number): boolean {
  for (let row = steps; row < values.length; row++) if (values[row] !== 0) return true;
  return false;
}

/** Lays matrices [T × count] side by side into the first columns of `outputs` [… × width]. */
function interleave(
  outputs: Float64Array,
  width: number,
  matrices: readonly Float64Array[],
  count: number,
  steps: number,
): void {
  for (const [index, matrix] of matrices.entries()) {
    for (let t = 0; t < steps; t++) {
      const to = t * width + index * count;
      for (let k = 0; k < count; k++) outputs[to + k] = matrix[t * count + k]!;
    }
  }
}

function setLast(outputs: Float64Array, width: number, values: Float64Array, rows: number): void {
  for (let row = 0; row < rows; row++) outputs[row * width + width - 1] = values[row]!;
}

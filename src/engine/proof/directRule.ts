import type { BatchEvaluation } from "../lossOnBatch.ts";
import { PlainNetwork, rowOf } from "./plainNetwork.ts";
import type { ProofProblem } from "./problem.ts";

/** The weights with which every step's heads enter a loss: ∂L/∂ of each, [T] or [T × K]; an absent one is 0. */
export interface HeadWeights {
  /** −c_t. */
  readonly logPi?: Float64Array | undefined;
  /** −β_t. */
  readonly entropy?: Float64Array | undefined;
  readonly logits?: Float64Array | undefined;
  readonly pi?: Float64Array | undefined;
}

/** A gradient that was added up step by step. */
export interface DirectGradient {
  /** Σ_t g_t, [P]. */
  readonly gradient: Float64Array;
  /** Σ over everything that was added of its magnitude, [P]: what rounding is measured by. */
  readonly mass: Float64Array;
  /** ‖g_t‖, [T]. */
  readonly stepNorms: Float64Array;
}

export function headWeightsOf({ evaluation }: BatchEvaluation): HeadWeights {
  return {
    logPi: evaluation.adjoint("log_pi"),
    entropy: evaluation.adjoint("entropy"),
    logits: evaluation.adjoint("logits"),
    pi: evaluation.adjoint("pi"),
  };
}

/**
 * The rule applied as it is written: Σ_t (−c_t ∇ln π(a_t|s_t) − β_t ∇H_t + …), every ∇ from the Jacobian of the logits
 * at that step, ∇ln π = ∇z_a − Σ_j π_j ∇z_j and ∇H = −Σ_k π_k (ln π_k + H) ∇z_k. No kernel and no batch takes part.
 */
export function directGradient(problem: ProofProblem, weights: HeadWeights): DirectGradient {
  const { batch, theta, specification } = problem;
  const network = new PlainNetwork(specification);
  const gradient = new Float64Array(network.parameterCount);
  const mass = new Float64Array(network.parameterCount);
  const one = new Float64Array(network.parameterCount);
  const stepNorms = new Float64Array(batch.steps);
  for (let t = 0; t < batch.steps; t++) {
    one.fill(0);
    const run = network.run(theta, rowOf(batch.observations, t, batch.steps));
    const onOutputs = outputWeights(run.values.at(-1)!, batch.actions[t]!, weights, t);
    for (const [k, { weight, size }] of onOutputs.entries()) {
      if (size !== 0) network.addOutputGradient(theta, run, k, weight, size, one, mass);
    }
    stepNorms[t] = Math.sqrt(one.reduce((sum, g) => sum + g * g, 0));
    for (let i = 0; i < one.length; i++) gradient[i]! += one[i]!;
  }
  return { gradient, mass, stepNorms };
}

/** With how much a ∇z_k enters g_t, and the sum of the magnitudes of what that was added up from. */
interface OutputWeight {
  readonly weight: number;
  readonly size: number;
}

function outputWeights(
  logits: Float64Array,
  action: number,
  weights: HeadWeights,
  t: number,
): OutputWeight[] {
  const { pi, distance, meanDistance } = distributionOf(logits);
  const count = pi.length;
  const logPi = weights.logPi?.[t] ?? 0;
  const bonus = weights.entropy?.[t] ?? 0;
  const onPi = pi.map((_, k) => weights.pi?.[t * count + k] ?? 0);
  const mean = onPi.reduce((sum, weight, k) => sum + weight * pi[k]!, 0);
  // 1 − π_a from the others, which keeps its digits where π_a is close to 1.
  const others = pi.reduce((sum, p, k) => (k === action ? sum : sum + p), 0);
  return pi.map((p, k) => {
    const parts = [
      logPi * (k === action ? others : -p),
      bonus * p * (distance[k]! - meanDistance),
      weights.logits?.[t * count + k] ?? 0,
      p * onPi[k]!,
      -p * mean,
    ];
    const size = parts.reduce((sum, part) => sum + Math.abs(part), 0);
    return { weight: parts.reduce((sum, part) => sum + part, 0), size };
  });
}

/** π, and d_k = max z − z_k with its mean under π: ln π_k + H = Σ_j π_j d_j − d_k, without cancellation. */
function distributionOf(logits: Float64Array) {
  const largest = Math.max(...logits);
  const distance = Array.from(logits, (z) => largest - z);
  const powers = distance.map((d) => Math.exp(-d));
  const sum = powers.reduce((total, power) => total + power, 0);
  const pi = powers.map((power) => power / sum);
  return { pi, distance, meanDistance: pi.reduce((mean, p, k) => mean + p * distance[k]!, 0) };
}

/** ln π(a_t|s_t) of every step by the plain network, [T]: the heads' own check. */
export function plainLogProbabilities({ batch, theta, specification }: ProofProblem): Float64Array {
  const network = new PlainNetwork(specification);
  return Float64Array.from({ length: batch.steps }, (_, t) => {
    const logits = network.run(theta, rowOf(batch.observations, t, batch.steps)).values.at(-1)!;
    const largest = Math.max(...logits);
    const sum = logits.reduce((total, z) => total + Math.exp(z - largest), 0);
    return logits[batch.actions[t]!]! - largest - Math.log(sum);
  });
}

import type { HeadAdjoints } from "../../policies/heads.ts";
import { followingRows } from "../../policies/valueHead.ts";
import { type Output, observationRows, PlainPolicy, type PlainRun } from "./plainPolicy.ts";
import type { ProofProblem } from "./problem.ts";

/** A gradient that was added up step by step. */
export interface DirectGradient {
  /** Σ_t g_t, [P]. */
  readonly gradient: Float64Array;
  /** Σ over everything that was added of its magnitude, [P]: what rounding is measured by. */
  readonly mass: Float64Array;
  /** ‖g_t‖, [T]. */
  readonly stepNorms: Float64Array;
}

/** With how much an output's ∇ enters g_t, and the sum of the magnitudes of what that was added up from. */
interface OutputWeight extends Output {
  readonly weight: number;
  readonly size: number;
}

/**
 * The rule applied as it is written: Σ_t (−c_t ∇ln π(a_t|s_t) − β_t ∇H_t + …) for ∂L/∂ of every head, each ∇ from the
 * Jacobian of the policy's outputs at that step. No kernel and no batch takes part.
 */
export function directGradient(problem: ProofProblem, adjoints: HeadAdjoints): DirectGradient {
  const { batch, theta, specification } = problem;
  const policy = new PlainPolicy(specification);
  const gradient = new Float64Array(policy.parameterCount);
  const mass = new Float64Array(policy.parameterCount);
  const one = new Float64Array(policy.parameterCount);
  const values = valueWeights(problem, adjoints);
  const norms: number[] = [];
  for (const [row, observation] of observationRows(batch).entries()) {
    one.fill(0);
    const run = policy.run(theta, observation, policy.factors(batch, row));
    const weights = row < batch.steps ? actionWeights(problem, run, adjoints, row) : [];
    for (const weight of [...weights, weighted("value", 0, values[row] ?? [])]) {
      if (weight.size !== 0) policy.addOutputGradient(theta, run, weight, weight, one, mass);
    }
    norms.push(Math.sqrt(one.reduce((sum, g) => sum + g * g, 0)));
    for (let i = 0; i < one.length; i++) gradient[i]! += one[i]!;
  }
  for (const [name, weight] of Object.entries(adjoints.traces ?? {})) {
    for (const [i, z] of (batch.carried?.[name]?.gradient ?? []).entries()) {
      gradient[i]! += weight * z;
      mass[i]! += Math.abs(weight * z);
    }
  }
  return { gradient, mass, stepNorms: Float64Array.from(norms.slice(0, batch.steps)) };
}

function weighted(of: Output["of"], index: number, parts: readonly number[]): OutputWeight {
  return {
    of,
    index,
    weight: parts.reduce((sum, part) => sum + part, 0),
    size: parts.reduce((sum, part) => sum + Math.abs(part), 0),
  };
}

/** What reaches V of every row: by V_t itself, and by V_next of the step that it follows. */
function valueWeights(
  { batch, specification }: ProofProblem,
  { values, nextValues }: HeadAdjoints,
): number[][] {
  if (specification.value === undefined) return [];
  const rows = observationRows(batch).map((_, row) => (row < batch.steps ? [values?.[row] ?? 0] : []));
  if (nextValues === undefined) return rows;
  for (const [t, row] of followingRows(batch, batch.steps).entries()) {
    if (row >= 0) rows[row]?.push(nextValues[t]!);
  }
  return rows;
}

function actionWeights(
  { batch, specification }: ProofProblem,
  run: PlainRun,
  adjoints: HeadAdjoints,
  t: number,
): OutputWeight[] {
  const { actionCount, gaussian } = specification;
  if (gaussian === undefined) return categoricalWeights(run.action, batch.actions[t]!, adjoints, t);
  return run.action.flatMap((mu, k) => {
    const place = t * actionCount + k;
    const weights = {
      logPi: adjoints.logProbabilities?.[t] ?? 0,
      entropy: adjoints.entropies?.[t] ?? 0,
      mu: adjoints.mu?.[place] ?? 0,
      sigma: adjoints.sigma?.[place] ?? 0,
    };
    const deviation = deviationOf(gaussian.by, run.deviation[k]!);
    return gaussianWeights(k, { mu, action: batch.actions[place]!, ...deviation }, weights);
  });
}

/** ∇ln π = ∇z_a − Σ_j π_j ∇z_j, ∇H = −Σ_k π_k (ln π_k + H) ∇z_k, and ∇π_k = π_k (∇z_k − Σ_j π_j ∇z_j). */
function categoricalWeights(
  logits: readonly number[],
  action: number,
  adjoints: HeadAdjoints,
  t: number,
): OutputWeight[] {
  const { pi, distance, meanDistance } = distributionOf(logits);
  const count = pi.length;
  const logPi = adjoints.logProbabilities?.[t] ?? 0;
  const bonus = adjoints.entropies?.[t] ?? 0;
  const onPi = pi.map((_, k) => adjoints.probabilities?.[t * count + k] ?? 0);
  const mean = onPi.reduce((sum, weight, k) => sum + weight * pi[k]!, 0);
  // 1 − π_a from the others, which keeps its digits where π_a is close to 1.
  const others = pi.reduce((sum, p, k) => (k === action ? sum : sum + p), 0);
  return pi.map((p, k) =>
    weighted("action", k, [
      logPi * (k === action ? others : -p),
      bonus * p * (distance[k]! - meanDistance),
      adjoints.logits?.[t * count + k] ?? 0,
      p * onPi[k]!,
      -p * mean,
    ]),
  );
}

/** π, and d_k = max z − z_k with its mean under π: ln π_k + H = Σ_j π_j d_j − d_k, without cancellation. */
function distributionOf(logits: readonly number[]) {
  const largest = Math.max(...logits);
  const distance = logits.map((z) => largest - z);
  const powers = distance.map((d) => Math.exp(-d));
  const sum = powers.reduce((total, power) => total + power, 0);
  const pi = powers.map((power) => power / sum);
  return { pi, distance, meanDistance: pi.reduce((mean, p, k) => mean + p * distance[k]!, 0) };
}

/** One dimension of a Gaussian action: a, μ, σ and dσ/ds. */
interface Dimension {
  readonly action: number;
  readonly mu: number;
  readonly sigma: number;
  readonly slope: number;
}

/** ∇ln π = (a − μ)/σ² ∇μ + ((a − μ)²/σ² − 1)/σ ∇σ and ∇H = ∇σ/σ, with σ = e^s or ln(1 + e^s). */
function gaussianWeights(
  k: number,
  { action, mu, sigma, slope }: Dimension,
  weights: { readonly logPi: number; readonly entropy: number; readonly mu: number; readonly sigma: number },
): OutputWeight[] {
  const { logPi } = weights;
  const off = (action - mu) / sigma;
  return [
    weighted("action", k, [(logPi * off) / sigma, weights.mu]),
    weighted("deviation", k, [
      (logPi * off * off * slope) / sigma,
      (-logPi * slope) / sigma,
      (weights.entropy * slope) / sigma,
      weights.sigma * slope,
    ]),
  ];
}

/** σ and dσ/ds. */
function deviationOf(by: "exp" | "softplus", s: number): { sigma: number; slope: number } {
  if (by === "exp") return { sigma: Math.exp(s), slope: Math.exp(s) };
  return { sigma: Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s))), slope: 1 / (1 + Math.exp(-s)) };
}

/** ln π(a_t|s_t) of every step by the plain policy, [T]: the heads' own check. */
export function plainLogProbabilities({ batch, theta, specification }: ProofProblem): Float64Array {
  const policy = new PlainPolicy(specification);
  const { actionCount, gaussian } = specification;
  const rows = observationRows(batch).slice(0, batch.steps);
  return Float64Array.from(rows, (observation, t) => {
    const { action, deviation } = policy.run(theta, observation, policy.factors(batch, t));
    if (gaussian === undefined) return categoricalLogProbability(action, batch.actions[t]!);
    const taken = batch.actions.subarray(t * actionCount, (t + 1) * actionCount);
    return action.reduce((sum, mu, k) => {
      const { sigma } = deviationOf(gaussian.by, deviation[k]!);
      return sum - 0.5 * ((taken[k]! - mu) / sigma) ** 2 - Math.log(sigma) - 0.5 * Math.log(2 * Math.PI);
    }, 0);
  });
}

function categoricalLogProbability(logits: readonly number[], action: number): number {
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, z) => total + Math.exp(z - largest), 0);
  return logits[action]! - largest - Math.log(sum);
}

/** V(s_t) and V of the state after each step by the plain policy, [T] each; nothing without a value head. */
export function plainValues({ batch, theta, specification }: ProofProblem) {
  if (specification.value === undefined) return {};
  const policy = new PlainPolicy(specification);
  const rows = observationRows(batch).map(
    (observation) => policy.run(theta, observation).value ?? Number.NaN,
  );
  return {
    values: Float64Array.from(rows.slice(0, batch.steps)),
    nextValues: Float64Array.from(followingRows(batch, batch.steps), (row) => (row < 0 ? 0 : rows[row]!)),
  };
}

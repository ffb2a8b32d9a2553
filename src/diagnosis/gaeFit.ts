import { generalisedAdvantages } from "../rl/advantages.ts";
import { endsEpisode } from "../rl/episodeEnds.ts";
import type { CandidateInput, CandidateRule } from "./candidates.ts";

/**
 * The rule "generalised advantages with this λ" that is nearest to the weights c [T]: A_t = δ_t + γλ·A_{t+1} within an
 * episode, so c_t = κ·δ_t + γλ·c_{t+1} is linear in κ and γλ and both are found by least squares. Undefined where the update
 * has no values, the data do not decide, or λ lies outside (0, 1].
 */
export function fitGeneralisedAdvantages(
  weights: Float64Array,
  input: CandidateInput,
): CandidateRule | undefined {
  const { rewards, values, nextValues, gamma, ends, steps } = input;
  if (!values || !nextValues) return undefined;
  const errors = rewards.map((reward, t) => reward + gamma * nextValues[t]! - values[t]!);
  const following = weights.map((_, t) => (endsEpisode(ends, t, steps) ? 0 : weights[t + 1]!));
  const lambda = secondCoefficient(weights, errors, following) / gamma;
  if (!(lambda > 1e-9 && lambda < 1 + 1e-9)) return undefined;
  const known = Number(lambda.toPrecision(6));
  return {
    id: "gae",
    kind: "book",
    title: `advantages by GAE with λ = ${known}`,
    symbol: `GAE(${known})`,
    rule: `gae(r, V, gamma, ${known}, V_next)`,
    explanation: "",
    averaged: true,
    weights: () => generalisedAdvantages(rewards, values, gamma, lambda, ends, nextValues),
  };
}

/** b of the least squares fit y ≈ a·u + b·v; NaN where u and v are collinear. */
function secondCoefficient(y: Float64Array, u: Float64Array, v: Float64Array): number {
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, t) => sum + value * b[t]!, 0);
  const [uu, uv, vv] = [dot(u, u), dot(u, v), dot(v, v)];
  const determinant = uu * vv - uv * uv;
  if (!(determinant > 1e-12 * uu * vv)) return Number.NaN;
  return (uu * dot(v, y) - uv * dot(u, y)) / determinant;
}

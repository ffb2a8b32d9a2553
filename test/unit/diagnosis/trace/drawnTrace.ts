import { type Diagnosis, diagnoseTrace } from "../../../../src/diagnosis/trace/diagnoseTrace.ts";
import { traceEvidence } from "../../../../src/engine/diagnosis/evidence.ts";
import { TraceReader } from "../../../../src/runs/trace/traceReader.ts";

/** What is drawn of a trace: everything else follows from it. */
export interface Draw {
  readonly seed: number;
  readonly gamma: number;
  /** Actions of a categorical policy; 0 for a Gaussian one. */
  readonly actionCount: number;
  readonly dimensions: number;
  readonly hasCritic: boolean;
  readonly truncates: boolean;
  readonly episodesPerUpdate: number;
  readonly updates: number;
  readonly isFloat32: boolean;
  readonly beta: number;
  /** Optional fields that are not recorded. */
  readonly without: readonly string[];
}

export interface Step {
  readonly t: number;
  readonly reward: number;
  readonly logits: readonly number[];
  readonly mu: readonly number[];
  readonly logSigma: readonly number[];
  readonly action: number | readonly number[];
  readonly logProb: number;
  readonly likeliest: number;
  readonly entropy: number;
  readonly value: number;
  readonly final: number;
  readonly isLast: boolean;
}

/** Where a mistake may enter; each part has the right behaviour as its default. */
export interface Mutation {
  logProb?(step: Step): number;
  entropy?(step: Step): number;
  rewards?(rewards: readonly number[]): readonly number[];
  returns?(
    episodes: readonly (readonly Step[])[],
    gamma: number,
    right: readonly number[],
  ): readonly number[];
  power?: number;
  /** From the weights as they should be to those that entered. */
  weights?(weights: readonly number[], steps: readonly Step[]): readonly number[];
  entropySign?: number;
  /** Whether the advantage carries gradient into the critic. */
  leaks?: boolean;
  ignoresFinalValue?: boolean;
  /** Whether the critic's error at a step pulls at V of the next one too, as through a target that is not detached. */
  pullsTarget?: boolean;
  logits?(logits: readonly number[]): readonly number[];
  action?(step: { logits: readonly number[]; mu: readonly number[] }): number | readonly number[];
}

/** A generator with 32 bits of state (Steele & Vigna's mulberry form): enough to draw numbers that differ. */
function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws a trace, right but for the mutation, reads it and diagnoses it. */
export function diagnoseDraw(draw: Draw, mutation: Mutation = {}): Diagnosis {
  const reader = new TraceReader("drawn");
  const lines = [...drawLines(draw, mutation)];
  reader.push(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
  reader.end();
  return diagnoseTrace(traceEvidence(reader));
}

function* drawLines(draw: Draw, mutation: Mutation): Generator<Record<string, unknown>> {
  const random = uniforms(draw.seed);
  const round = draw.isFloat32 ? Math.fround : (value: number) => value;
  let episode = 0;
  for (let update = 1; update <= draw.updates; update++) {
    const episodes: Step[][] = [];
    const first = episode + 1;
    for (let n = 0; n < draw.episodesPerUpdate; n++) {
      episode++;
      const steps = drawEpisode(draw, mutation, random, round);
      episodes.push(steps);
      for (const step of steps) yield stripped(draw, stepLine(draw, mutation, step, episode, round));
    }
    const numbers = Array.from({ length: episodes.length }, (_, n) => first + n);
    yield stripped(draw, updateLine(draw, mutation, episodes, numbers, update, round));
  }
}

function stripped(draw: Draw, line: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(line).filter(([name]) => !draw.without.includes(name)));
}

function drawEpisode(
  draw: Draw,
  mutation: Mutation,
  random: () => number,
  round: (value: number) => number,
): Step[] {
  const length = 5 + Math.floor(random() * 9);
  const spread = (scale: number) => round((2 * random() - 1) * scale);
  return Array.from({ length }, (_, t) => {
    const drawnLogits = Array.from({ length: draw.actionCount }, () => spread(1.2));
    const logits = mutation.logits?.(drawnLogits) ?? drawnLogits;
    const mu = Array.from({ length: draw.dimensions }, () => spread(1));
    const logSigma = mu.map(() => round(-0.6 + 0.5 * random()));
    const drawn =
      logits.length > 0
        ? pick(logits, random())
        : mu.map((m, d) => round(m + Math.exp(logSigma[d]!) * normal(random)));
    const action = mutation.action?.({ logits, mu }) ?? drawn;
    const outputs = numbersOf(logits, mu, logSigma, action);
    return {
      t,
      reward: round(spread(1) + 0.5),
      logits,
      mu,
      logSigma,
      action,
      ...outputs,
      value: spread(1),
      final: round(1 + spread(0.5)),
      isLast: t === length - 1,
    };
  });
}

function softmaxOf(logits: readonly number[]): number[] {
  const weights = logits.map(Math.exp);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function pick(logits: readonly number[], uniform: number): number {
  let sum = 0;
  for (const [action, probability] of softmaxOf(logits).entries()) {
    sum += probability;
    if (sum > uniform) return action;
  }
  return 0;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** ln π of the action and of the likeliest one, and H, by their definitions. */
function numbersOf(
  logits: readonly number[],
  mu: readonly number[],
  logSigma: readonly number[],
  action: number | readonly number[],
): Pick<Step, "logProb" | "likeliest" | "entropy"> {
  if (typeof action === "number") {
    const logs = softmaxOf(logits).map(Math.log);
    return {
      logProb: logs[action]!,
      likeliest: Math.max(...logs),
      entropy: -logs.reduce((sum, log) => sum + Math.exp(log) * log, 0),
    };
  }
  const density = (at: readonly number[]) =>
    mu.reduce((sum, m, d) => {
      const epsilon = (at[d]! - m) / Math.exp(logSigma[d]!);
      return sum - epsilon ** 2 / 2 - logSigma[d]! - Math.log(2 * Math.PI) / 2;
    }, 0);
  const entropy = logSigma.reduce((sum, log) => sum + log + Math.log(2 * Math.PI * Math.E) / 2, 0);
  return { logProb: density(action), likeliest: density(mu), entropy };
}

function stepLine(
  draw: Draw,
  mutation: Mutation,
  step: Step,
  episode: number,
  round: (value: number) => number,
): Record<string, unknown> {
  const isTruncated = step.isLast && draw.truncates;
  return {
    episode,
    t: step.t,
    action: step.action,
    reward: step.reward,
    ...(draw.actionCount > 0 ? { logits: step.logits } : { mu: step.mu, log_sigma: step.logSigma }),
    log_prob: round(mutation.logProb?.(step) ?? step.logProb),
    entropy: round(mutation.entropy?.(step) ?? step.entropy),
    terminated: step.isLast && !draw.truncates,
    truncated: isTruncated,
    ...(draw.hasCritic ? { value: step.value } : {}),
    ...(draw.hasCritic && isTruncated ? { final_value: step.final } : {}),
  };
}

function returnsOf(
  draw: Draw,
  mutation: Mutation,
  episodes: readonly (readonly Step[])[],
): readonly number[] {
  const right = episodes.flatMap((steps) => {
    const own = steps.map(({ reward }) => reward);
    const rewards = mutation.rewards?.(own) ?? own;
    const bootstraps = draw.hasCritic && draw.truncates && !mutation.ignoresFinalValue;
    let following = bootstraps ? steps.at(-1)!.final : 0;
    return rewards
      .map((_, back) => {
        following = rewards[rewards.length - 1 - back]! + draw.gamma * following;
        return following;
      })
      .reverse();
  });
  return mutation.returns?.(episodes, draw.gamma, right) ?? right;
}

function updateLine(
  draw: Draw,
  mutation: Mutation,
  episodes: readonly (readonly Step[])[],
  numbers: readonly number[],
  update: number,
  round: (value: number) => number,
): Record<string, unknown> {
  const steps = episodes.flat();
  const returns = returnsOf(draw, mutation, episodes);
  const powers = steps.map(({ t }) => draw.gamma ** ((mutation.power ?? 1) * t));
  const plain = steps.map((step, t) => powers[t]! * (returns[t]! - (draw.hasCritic ? step.value : 0)));
  const weights = mutation.weights?.(plain, steps) ?? plain;
  const logProbs = steps.map((step) => mutation.logProb?.(step) ?? step.logProb);
  const entropies = steps.map((step) => mutation.entropy?.(step) ?? step.entropy);
  const entropyCoef = -draw.beta * (mutation.entropySign ?? 1);
  const valueErrors = steps.map((step, t) => step.value - returns[t]!);
  const valueLoss = draw.hasCritic
    ? (0.5 * valueErrors.reduce((sum, e) => sum + e * e, 0)) / steps.length
    : 0;
  const policyLoss = -weights.reduce((sum, weight, t) => sum + weight * logProbs[t]!, 0);
  const bonus = entropyCoef * entropies.reduce((sum, entropy) => sum + entropy, 0);
  const valueGrad = valueErrors.map((e, t) => {
    const before = mutation.pullsTarget && steps[t]!.t > 0 ? -draw.gamma * valueErrors[t - 1]! : 0;
    return (e + before) / steps.length + (mutation.leaks ? powers[t]! * logProbs[t]! : 0);
  });
  return {
    update,
    gamma: draw.gamma,
    episodes: numbers,
    loss: round(policyLoss + bonus + valueLoss),
    coef: weights.map((weight) => round(-weight)),
    entropy_coef: round(entropyCoef),
    ...outputGradients(draw, steps, weights, entropyCoef, round),
    ...(draw.hasCritic ? { value_loss: round(valueLoss), value_grad: valueGrad.map(round) } : {}),
  };
}

function outputGradients(
  draw: Draw,
  steps: readonly Step[],
  weights: readonly number[],
  entropyCoef: number,
  round: (value: number) => number,
): Record<string, unknown> {
  if (draw.actionCount > 0) {
    return {
      logits_grad: steps.map(({ logits, action, entropy }, t) =>
        softmaxOf(logits).map((p, k) =>
          round(-weights[t]! * ((k === action ? 1 : 0) - p) - entropyCoef * p * (Math.log(p) + entropy)),
        ),
      ),
    };
  }
  const epsilon = (step: Step, d: number) =>
    ((step.action as readonly number[])[d]! - step.mu[d]!) / Math.exp(step.logSigma[d]!);
  return {
    mu_grad: steps.map((step, t) =>
      step.mu.map((_, d) => round((-weights[t]! * epsilon(step, d)) / Math.exp(step.logSigma[d]!))),
    ),
    log_sigma_grad: steps.map((step, t) =>
      step.mu.map((_, d) => round(-weights[t]! * (epsilon(step, d) ** 2 - 1) + entropyCoef)),
    ),
  };
}

import { KernelsBackend } from "../../policies/kernels.ts";
import { seenObservations } from "../../rl/seenObservations.ts";
import type { FrozenUpdate } from "../frozenUpdate.ts";
import { compileLossText, evaluateForTraining } from "../lossOnBatch.ts";
import { UserError } from "../userError.ts";

/** How far updates at every step in turn end from one summed update, for one step size. */
export interface Gap {
  readonly alpha: number;
  /** ‖θ step by step − θ summed‖. */
  readonly difference: number;
  /** ‖θ summed − θ before‖. */
  readonly step: number;
}

/** The gap at α, α/2, α/4, …; a ratio of 4 between neighbours says that it is of order α². */
export interface SequentialGap {
  readonly gaps: readonly Gap[];
  readonly ratios: readonly number[];
}

/** Every step costs a whole pass over the batch. */
const mostSteps = 2000;

/** One batch on which a loss can be descended, step by step or at once, from the same θ. */
class Descent {
  readonly frozen: FrozenUpdate;
  private readonly backend: KernelsBackend;
  private readonly compiled: ReturnType<typeof compileLossText>;
  private readonly observations: Float64Array;

  constructor(frozen: FrozenUpdate, text: string) {
    this.frozen = frozen;
    this.backend = new KernelsBackend(frozen.specification);
    this.compiled = compileLossText(text, frozen.specification, frozen.batch.rows !== undefined);
    this.observations = seenObservations(frozen.batch);
  }

  /** θ after one step of plain gradient descent on the whole loss. */
  summed(alpha: number): Float64Array {
    return this.descend(this.frozen.theta, alpha, undefined);
  }

  /** θ after a step of descent for every step of the batch, each with the loss as it is at the newest θ. */
  inTurn(alpha: number): Float64Array {
    let theta = this.frozen.theta;
    for (let t = 0; t < this.frozen.batch.steps; t++) theta = this.descend(theta, alpha, t);
    return theta;
  }

  /** θ − α·∂L/∂θ, or only what reaches θ through the outputs of row t. */
  private descend(theta: Float64Array, alpha: number, t: number | undefined): Float64Array {
    const { batch, specification, gamma, learningRate } = this.frozen;
    this.backend.setTheta(theta);
    const heads = this.backend.forward(this.observations, batch.actions, batch.steps, batch);
    const source = { batch, heads, specification, gamma, learningRate };
    const { outputs, rows } = evaluateForTraining(this.compiled, source).gradient;
    const kept = t === undefined ? outputs : onlyRow(outputs, rows, t);
    const { gradient } = this.backend.backward(kept, rows);
    return theta.map((value, index) => value - alpha * gradient[index]!);
  }
}

function onlyRow(outputs: Float64Array, rows: number, row: number): Float64Array {
  const width = outputs.length / rows;
  const kept = new Float64Array(outputs.length);
  kept.set(outputs.subarray(row * width, (row + 1) * width), row * width);
  return kept;
}

function distance(a: Float64Array, b: Float64Array): number {
  let square = 0;
  for (let index = 0; index < a.length; index++) square += (a[index]! - b[index]!) ** 2;
  return Math.sqrt(square);
}

/** Halving stops where the ratio has come this close to 4, or after so many times. */
const nearFour = 0.1;
const mostHalvings = 10;

/**
 * Measures on one batch how far the rule applied at every step in turn ends from its loss descended once, at α, α/2,
 * and so on until each halving quarters the difference. Plain gradient descent, whatever optimiser the run has.
 * Throws UserError for a wrong loss or too many steps.
 */
export function measureSequentialGap(
  frozen: FrozenUpdate,
  text: string,
  alpha = frozen.learningRate,
): SequentialGap {
  if (frozen.batch.steps > mostSteps) {
    const message = `Update ${frozen.update} has ${frozen.batch.steps} steps; the gap is measured on at most ${mostSteps}.`;
    throw new UserError("too_long", message, "Choose an update of a shorter episode.");
  }
  const descent = new Descent(frozen, text);
  const gaps = [gapAt(descent, alpha)];
  const ratios: number[] = [];
  for (let halving = 1; halving <= mostHalvings; halving++) {
    const before = gaps.at(-1)!;
    const next = gapAt(descent, before.alpha / 2);
    gaps.push(next);
    ratios.push(before.difference / next.difference);
    if (halving > 1 && Math.abs(ratios.at(-1)! - 4) < nearFour) break;
  }
  return { gaps, ratios };
}

function gapAt(descent: Descent, alpha: number): Gap {
  const summed = descent.summed(alpha);
  const difference = distance(descent.inTurn(alpha), summed);
  return { alpha, difference, step: distance(summed, descent.frozen.theta) };
}

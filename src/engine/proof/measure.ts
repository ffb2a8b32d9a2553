import type { Generator } from "../../rl/generator.ts";
import { derivativeAtZero, roundingNoise } from "./differences.ts";
import type { Branches, Kink, LossFunction } from "./lossFunction.ts";
import { randomVector } from "./problem.ts";

/** How the loss changes along one line through θ, read from its values. */
export interface Measurement {
  /** Index of the parameter that moves; undefined for a random direction. */
  readonly parameter: number | undefined;
  /** [P], the direction, of length 1. */
  readonly direction: Float64Array;
  readonly value: number;
  readonly error: number;
}

export interface Measurements {
  readonly made: readonly Measurement[];
  /** Lines given up because a kink is too close on them; random ones were replaced by other draws. */
  readonly excluded: readonly {
    readonly parameter: number | undefined;
    readonly direction: Float64Array;
    readonly kink: Kink;
  }[];
  /** The nearest kink on the lines that were kept: steps were chosen to stay on this side of it. */
  readonly nearest: Kink | undefined;
  /** Standard deviation of the loss's rounding errors. */
  readonly noise: number;
  /** Whether time ran out before all lines were measured. */
  readonly cut: boolean;
}

export interface Effort {
  readonly directions: number;
  readonly coordinates: number;
}

/** Steps begin here or at the nearest kink, and a line with a kink closer than the least is given up. */
const largestStep = 2 ** -5;
const smallestStep = 2 ** -22;
/** With a step too small for its rounding to stay below this part of the gradient, another line is measured instead. */
const finePart = 1e-9;
/** Draws of lines for each one wanted. */
const drawsEach = 4;

/** Measures the derivatives of one loss at θ along lines, on this side of every kink. */
export class Gauge {
  readonly #loss: LossFunction;
  readonly #theta: Float64Array;
  readonly #moved: Float64Array;
  readonly #base: Branches;
  readonly noise: number;
  /** Kinks nearer than this leave no room. */
  leastStep = smallestStep;
  #nearest: Kink | undefined;

  constructor(loss: LossFunction, theta: Float64Array, generator: Generator) {
    this.#loss = loss;
    this.#theta = theta;
    this.#moved = theta.slice();
    this.#base = loss.branches(theta);
    this.noise = roundingNoise(this.#along(randomDirection(theta.length, generator)), 2 ** -32);
  }

  get nearest(): Kink | undefined {
    return this.#nearest;
  }

  /** The derivative along a direction, or the kink that leaves no room for a difference. */
  measure(direction: Float64Array, reach = 1): { value: number; error: number } | Kink {
    const room = this.#room(direction);
    if (typeof room !== "number") return room;
    return derivativeAtZero(this.#along(direction), room * reach, this.noise);
  }

  #along(direction: Float64Array): (h: number) => number {
    return (h) => this.#loss.value(this.#shift(direction, h));
  }

  #shift(direction: Float64Array, h: number): Float64Array {
    for (let i = 0; i < direction.length; i++) this.#moved[i] = this.#theta[i]! + h * direction[i]!;
    return this.#moved;
  }

  /** The largest step, a power of 2, within which the same formulas hold either way; or the kink in the way. */
  #room(direction: Float64Array): number | Kink {
    const unit = this.#loss.nearestUnitKink(direction);
    if (unit) this.#note({ kind: "unit", ...unit });
    let step = Math.min(largestStep, unit ? 2 ** Math.floor(Math.log2(unit.distance * 0.999)) : largestStep);
    if (unit && step < this.leastStep) return { kind: "unit", ...unit };
    for (;;) {
      const kink = this.#kinkWithin(direction, step);
      if (!kink) return step;
      this.#note(kink);
      step /= 4;
      if (step < this.leastStep) return kink;
    }
  }

  #kinkWithin(direction: Float64Array, step: number): Kink | undefined {
    for (const h of [step, -step]) {
      const there = this.#loss.branches(this.#shift(direction, h));
      const kink = this.#loss.firstDifference(this.#base, there, step);
      if (kink) return kink;
    }
    return undefined;
  }

  #note(kink: Kink): void {
    if (kink.distance < (this.#nearest?.distance ?? largestStep)) this.#nearest = kink;
  }
}

export interface MeasureOptions {
  readonly effort: Effort;
  readonly generator: Generator;
  /** [P], by whose size the coordinates are chosen: the largest, then others at random. */
  readonly gradient: Float64Array;
  /** Called between two lines; false ends the measuring. */
  readonly goOn: () => Promise<boolean>;
}

/** Central differences along random directions and along coordinates: all if few, else the largest and a sample. */
export async function measureLines(
  loss: LossFunction,
  theta: Float64Array,
  options: MeasureOptions,
): Promise<Measurements> {
  const { effort, generator, gradient, goOn } = options;
  const gauge = new Gauge(loss, theta, generator);
  const made: Measurement[] = [];
  const excluded: Measurements["excluded"][number][] = [];
  let cut = false;
  /** Measures lines until there are `wanted` of them or no more to draw. */
  const takeFrom = async (lines: Iterable<Line>, wanted: number) => {
    let taken = 0;
    for (const { parameter, direction } of lines) {
      if (cut || taken >= wanted) return;
      const found = gauge.measure(direction);
      if ("kind" in found) excluded.push({ parameter, direction, kink: found });
      else made.push({ parameter, direction, ...confirmed(gauge, direction, found, gradient) });
      if (!("kind" in found)) taken++;
      cut = !(await goOn());
    }
  };
  const random = () => randomLines(theta.length, drawsEach * effort.directions, generator);
  gauge.leastStep = fineStep(gauge.noise, gradient);
  await takeFrom(random(), effort.directions);
  await takeFrom(coordinateLines(gradient, effort.coordinates, generator), effort.coordinates);
  if (made.every(({ parameter }) => parameter !== undefined)) {
    gauge.leastStep = smallestStep;
    await takeFrom(random(), effort.directions);
  }
  return { made, excluded, nearest: gauge.nearest, noise: gauge.noise, cut };
}

interface Line {
  readonly parameter: number | undefined;
  readonly direction: Float64Array;
}

/** The smallest step whose rounding stays fine beside the gradient. */
function fineStep(noise: number, gradient: Float64Array): number {
  const typical = Math.sqrt(dot(gradient, gradient) / gradient.length);
  if (!(typical > 0)) return smallestStep;
  return Math.min(Math.max((2 * noise) / (finePart * typical), smallestStep), largestStep / 64);
}

function* randomLines(length: number, count: number, generator: Generator): IterableIterator<Line> {
  for (let draw = 0; draw < count; draw++) {
    yield { parameter: undefined, direction: randomDirection(length, generator) };
  }
}

/** The chosen coordinates, and others at random in the place of those that leave no room. */
function* coordinateLines(
  gradient: Float64Array,
  count: number,
  generator: Generator,
): IterableIterator<Line> {
  for (const parameter of chooseCoordinates(gradient, count, drawsEach * count, generator)) {
    const direction = new Float64Array(gradient.length);
    direction[parameter] = 1;
    yield { parameter, direction };
  }
}

/**
 * A difference that contradicts the gradient is taken again with a step 16 times smaller: what the two differ by counts
 * as error, so that a kink nobody told of is not taken for a wrong gradient.
 */
function confirmed(
  gauge: Gauge,
  direction: Float64Array,
  first: { value: number; error: number },
  gradient: Float64Array,
): { value: number; error: number } {
  const expected = dot(gradient, direction);
  if (Math.abs(first.value - expected) <= 8 * first.error) return first;
  const second = gauge.measure(direction, 1 / 16);
  if ("kind" in second) return first;
  const error = Math.max(first.error, Math.abs(first.value - second.value));
  return { value: first.value, error };
}

/**
 * Indices of parameters: all of them if they are few enough; else `count`, half the largest in |gradient| and half at
 * random, and after them more at random, `most` in all.
 */
export function chooseCoordinates(
  gradient: Float64Array,
  count: number,
  most: number,
  generator: Generator,
): number[] {
  const all = Array.from(gradient.keys());
  if (all.length <= count) return all;
  all.sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!) || a - b);
  const chosen = all.splice(0, Math.ceil(count / 2));
  while (chosen.length < most && all.length > 0)
    chosen.push(...all.splice(Math.floor(generator.uniform() * all.length), 1));
  return chosen;
}

/** A vector of length 1 in a random direction. */
export function randomDirection(length: number, generator: Generator): Float64Array {
  const direction = randomVector(length, generator, 1);
  const norm = Math.sqrt(dot(direction, direction));
  return norm === 0 ? direction.fill(1 / Math.sqrt(length)) : direction.map((part) => part / norm);
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

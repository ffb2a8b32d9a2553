import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/*
 * The yardstick: REINFORCE (13.3) on CartPole-v1 with a 4-128-2 policy and Adam, written by hand as one program for
 * this one shape and nothing else. It records nothing, knows no loss text and no per-step norms; constants are
 * folded, relu's zeros are skipped, and the gradient of the second logit is taken as minus that of the first.
 */
const units = 128;
const longest = 500;
const gamma = 0.99;
const learningRate = 3e-3;

const w1 = new Float64Array(units * 4);
const b1 = new Float64Array(units);
const w2 = new Float64Array(units * 2);
const b2 = new Float64Array(2);
const gradients = [w1, b1, w2, b2].map((array) => new Float64Array(array.length));
const gradW1 = gradients[0] as Float64Array;
const gradB1 = gradients[1] as Float64Array;
const gradW2 = gradients[2] as Float64Array;
const gradB2 = gradients[3] as Float64Array;
const firstMoments = [w1, b1, w2, b2].map((array) => new Float64Array(array.length));
const secondMoments = [w1, b1, w2, b2].map((array) => new Float64Array(array.length));

const observations = new Float64Array(longest * 4);
const actions = new Uint8Array(longest);
const leftProbabilities = new Float64Array(longest);
const returns = new Float64Array(longest);
/** The active units of every step, packed: their values and their numbers. */
const values = new Float64Array((longest + 1) * units);
const indices = new Int32Array((longest + 1) * units);
const counts = new Int32Array(longest);

let random = xoroshiro128plus(1);
let adamStep = 0;

/** Environment steps per second over the whole loop of at least `steps` steps. */
export function fusedStepsPerSecond(steps: number): number {
  initialise();
  const start = performance.now();
  let made = 0;
  while (made < steps) {
    const length = rollout();
    differentiate(length);
    descend();
    made += length;
  }
  return (1000 * made) / (performance.now() - start);
}

function uniform(): number {
  return ((random.next() >>> 5) * 67108864 + (random.next() >>> 6)) * 2 ** -53;
}

function initialise(): void {
  random = xoroshiro128plus(1);
  adamStep = 0;
  for (const array of [...firstMoments, ...secondMoments]) array.fill(0);
  for (const [array, bound] of [
    [w1, 1 / 2],
    [b1, 1 / 2],
    [w2, 1 / Math.sqrt(units)],
    [b2, 1 / Math.sqrt(units)],
  ] as const) {
    for (let i = 0; i < array.length; i++) array[i] = (2 * uniform() - 1) * bound;
  }
}

/** z₀ − z₁ of one observation; leaves the active units in `values` and `indices`. */
function logitDifference(t: number, x0: number, x1: number, x2: number, x3: number): number {
  const start = t * units;
  let end = start;
  for (let j = 0; j < units; j++) {
    const w = 4 * j;
    const sum = b1[j]! + (w1[w]! * x0 + w1[w + 1]! * x1) + (w1[w + 2]! * x2 + w1[w + 3]! * x3);
    values[end] = sum;
    indices[end] = j;
    if (sum > 0) end++;
  }
  counts[t] = end - start;
  let even = b2[0]! - b2[1]!;
  let odd = 0;
  let i = start;
  for (; i + 1 < end; i += 2) {
    const j = indices[i]!;
    const k = indices[i + 1]!;
    even += (w2[j]! - w2[units + j]!) * values[i]!;
    odd += (w2[k]! - w2[units + k]!) * values[i + 1]!;
  }
  if (i < end) even += (w2[indices[i]!]! - w2[units + indices[i]!]!) * values[i]!;
  return even + odd;
}

/** One episode of Gymnasium's CartPole-v1; returns its length. */
function rollout(): number {
  let x = (2 * uniform() - 1) * 0.05;
  let v = (2 * uniform() - 1) * 0.05;
  let angle = (2 * uniform() - 1) * 0.05;
  let omega = (2 * uniform() - 1) * 0.05;
  for (let t = 0; ; ) {
    const x0 = Math.fround(x);
    const x1 = Math.fround(v);
    const x2 = Math.fround(angle);
    const x3 = Math.fround(omega);
    observations[4 * t] = x0;
    observations[4 * t + 1] = x1;
    observations[4 * t + 2] = x2;
    observations[4 * t + 3] = x3;
    const left = 1 / (1 + Math.exp(-logitDifference(t, x0, x1, x2, x3)));
    leftProbabilities[t] = left;
    const action = uniform() < left ? 0 : 1;
    actions[t] = action;
    const cosine = Math.cos(angle);
    const sine = Math.sin(angle);
    const push = ((action === 1 ? 10 : -10) + 0.05 * (omega * omega) * sine) / 1.1;
    const turn = (9.8 * sine - cosine * push) / (0.5 * (4 / 3 - (0.1 * (cosine * cosine)) / 1.1));
    const pull = push - (0.05 * turn * cosine) / 1.1;
    x += 0.02 * v;
    v += 0.02 * pull;
    angle += 0.02 * omega;
    omega += 0.02 * turn;
    t++;
    const fell = x < -2.4 || x > 2.4 || angle < -0.20943951023931953 || angle > 0.20943951023931953;
    if (fell || t === longest) return t;
  }
}

/** The gradient of −Σ γᵗ G ln π over an episode of T steps. */
function differentiate(steps: number): void {
  for (const gradient of gradients) gradient.fill(0);
  let following = 0;
  for (let t = steps - 1; t >= 0; t--) {
    following = 1 + gamma * following;
    returns[t] = following;
  }
  let discount = 1;
  let total = 0;
  for (let t = 0; t < steps; t++) {
    const delta = discount * returns[t]! * (leftProbabilities[t]! - (1 - actions[t]!));
    discount *= gamma;
    total += delta;
    const x0 = observations[4 * t]!;
    const x1 = observations[4 * t + 1]!;
    const x2 = observations[4 * t + 2]!;
    const x3 = observations[4 * t + 3]!;
    const end = t * units + counts[t]!;
    for (let i = t * units; i < end; i++) {
      const j = indices[i]!;
      const value = values[i]!;
      const share = delta * value;
      const hidden = delta * (w2[j]! - w2[units + j]!);
      gradW2[j]! += share;
      gradW2[units + j]! -= share;
      gradB1[j]! += hidden;
      const w = 4 * j;
      gradW1[w]! += hidden * x0;
      gradW1[w + 1]! += hidden * x1;
      gradW1[w + 2]! += hidden * x2;
      gradW1[w + 3]! += hidden * x3;
    }
  }
  gradB2[0] = total;
  gradB2[1] = -total;
}

function descend(): void {
  adamStep++;
  const stepSize = learningRate / (1 - 0.9 ** adamStep);
  const root = Math.sqrt(1 - 0.999 ** adamStep);
  for (const [index, theta] of [w1, b1, w2, b2].entries()) {
    const gradient = gradients[index]!;
    const first = firstMoments[index]!;
    const second = secondMoments[index]!;
    for (let i = 0; i < theta.length; i++) {
      const g = gradient[i]!;
      const m = 0.9 * first[i]! + 0.1 * g;
      const v = 0.999 * second[i]! + 0.001 * g * g;
      first[i] = m;
      second[i] = v;
      theta[i]! -= (stepSize * m) / (Math.sqrt(v) / root + 1e-8);
    }
  }
}

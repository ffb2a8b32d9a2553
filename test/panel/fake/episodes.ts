/** Steps of one update, as columns: what a policy saw and did in a cart-pole world of this file's own. */
export interface FakeBatch {
  readonly steps: number;
  readonly episodes: number;
  readonly observations: Float64Array;
  readonly hidden: Float64Array;
  readonly probabilities: Float64Array;
  readonly actions: Float64Array;
  readonly time: Float64Array;
  readonly episode: Float64Array;
  readonly network: FakeNetwork;
}

export interface FakeNetwork {
  /** [16 × 4], [16], [2 × 16], [2]. */
  readonly w1: Float64Array;
  readonly b1: Float64Array;
  readonly w2: Float64Array;
  readonly b2: Float64Array;
}

export const inputs = 4;
export const hiddenUnits = 16;
export const outputs = 2;

/** A small repeatable generator of numbers from 0 to 1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A network that balances the better the more `skill` (0 to 1) it has. */
export function networkOfSkill(skill: number): FakeNetwork {
  const random = randomNumbers(99);
  const w1 = Float64Array.from({ length: hiddenUnits * inputs }, () => random() * 2 - 1);
  const b1 = Float64Array.from({ length: hiddenUnits }, () => (random() - 0.5) * 0.4);
  const w2 = Float64Array.from({ length: outputs * hiddenUnits }, () => (random() - 0.5) * 0.3);
  w1.set([0.15, 0.35, 3.5, 1.1], 0);
  w2[0] = -1.6 * skill;
  w2[hiddenUnits] = 1.6 * skill;
  return { w1, b1, w2, b2: Float64Array.of(0.02, -0.02) };
}

/** Plays whole episodes until there are `wanted` steps (or one episode where that is 0). */
export function playEpisodes(network: FakeNetwork, seed: number, wanted: number): FakeBatch {
  const random = randomNumbers(seed);
  const rows = new Rows(Math.max(600, wanted + 600));
  let episodes = 0;
  do {
    episodes++;
    playEpisode(network, random, rows, episodes);
  } while (rows.count < wanted);
  return rows.batch(network, wanted > 0 ? wanted : rows.count, episodes);
}

class Rows {
  count = 0;
  readonly observations: Float64Array;
  readonly hidden: Float64Array;
  readonly probabilities: Float64Array;
  readonly actions: Float64Array;
  readonly time: Float64Array;
  readonly episode: Float64Array;

  constructor(room: number) {
    this.observations = new Float64Array(room * inputs);
    this.hidden = new Float64Array(room * hiddenUnits);
    this.probabilities = new Float64Array(room * outputs);
    this.actions = new Float64Array(room);
    this.time = new Float64Array(room);
    this.episode = new Float64Array(room);
  }

  batch(network: FakeNetwork, steps: number, episodes: number): FakeBatch {
    return {
      steps,
      episodes,
      network,
      observations: this.observations.subarray(0, steps * inputs),
      hidden: this.hidden.subarray(0, steps * hiddenUnits),
      probabilities: this.probabilities.subarray(0, steps * outputs),
      actions: this.actions.subarray(0, steps),
      time: this.time.subarray(0, steps),
      episode: this.episode.subarray(0, steps),
    };
  }
}

function playEpisode(network: FakeNetwork, random: () => number, rows: Rows, episode: number): void {
  let state = Array.from({ length: inputs }, () => (random() - 0.5) * 0.1);
  for (let time = 0; time < 500; time++) {
    const row = rows.count++;
    rows.observations.set(state, row * inputs);
    rows.time[row] = time;
    rows.episode[row] = episode;
    const right = forward(network, state, rows, row);
    rows.actions[row] = random() < right ? 1 : 0;
    state = advance(state, rows.actions[row]!);
    if (Math.abs(state[0]!) > 2.4 || Math.abs(state[2]!) > 0.2095) return;
  }
}

/** Writes hidden units and probabilities of a row; returns the probability of going right. */
function forward({ w1, b1, w2, b2 }: FakeNetwork, state: readonly number[], rows: Rows, row: number): number {
  const logits = [b2[0]!, b2[1]!];
  for (let j = 0; j < hiddenUnits; j++) {
    let sum = b1[j]!;
    for (let i = 0; i < inputs; i++) sum += w1[j * inputs + i]! * state[i]!;
    const unit = Math.tanh(sum);
    rows.hidden[row * hiddenUnits + j] = unit;
    for (let k = 0; k < outputs; k++) logits[k]! += w2[k * hiddenUnits + j]! * unit;
  }
  const right = 1 / (1 + Math.exp(logits[0]! - logits[1]!));
  rows.probabilities[row * outputs] = 1 - right;
  rows.probabilities[row * outputs + 1] = right;
  return right;
}

/** One step of 0.02 s of a pole on a cart (Barto, Sutton & Anderson, 1983). */
function advance([x = 0, speed = 0, angle = 0, turning = 0]: readonly number[], action: number): number[] {
  const force = action === 1 ? 10 : -10;
  const push = (force + 0.05 * turning ** 2 * Math.sin(angle)) / 1.1;
  const bend =
    (9.8 * Math.sin(angle) - Math.cos(angle) * push) / (0.5 * (4 / 3 - (0.1 * Math.cos(angle) ** 2) / 1.1));
  const drive = push - (0.05 * bend * Math.cos(angle)) / 1.1;
  return [x + 0.02 * speed, speed + 0.02 * drive, angle + 0.02 * turning, turning + 0.02 * bend];
}

import type { SceneView } from "../protocol/scene.ts";
import type { Generator } from "../rl/generator.ts";
import type { DrawnStep, Environment, EnvironmentRecord } from "./environment.ts";
import { constantObservation, OneStep, type OneStepTask } from "./oneStep.ts";
import { drawDoors } from "./scenes/probe.ts";
import { type BoxSpace, type DiscreteSpace, oneHotSpace, writeOneHot } from "./spaces.ts";

const twoActions: DiscreteSpace = { kind: "discrete", n: 2, names: ["a", "b"] };
const coin: BoxSpace = { kind: "box", low: [-1], high: [1], names: ["coin"] };
const toss = (generator: Generator) => (generator.uniform() < 0.5 ? -1 : 1);
const sign = (action: number) => (action === 1 ? 1 : -1);

const constantReward: OneStepTask = {
  observationSpace: constantObservation,
  actionSpace: twoActions,
  observe: () => 1,
  reward: () => 1,
};

const observedReward: OneStepTask = {
  observationSpace: coin,
  actionSpace: twoActions,
  observe: toss,
  reward: (_action, seen) => seen,
};

const chosenReward: OneStepTask = {
  observationSpace: constantObservation,
  actionSpace: twoActions,
  observe: () => 1,
  reward: sign,
};

const matchedReward: OneStepTask = {
  observationSpace: coin,
  actionSpace: twoActions,
  observe: toss,
  reward: (action, seen) => (sign(action) === seen ? 1 : -1),
};

/** What the first step pays for "a", and the second step for "b" in the first. */
export const rewardAtOnce = 1;
export const rewardLater = 1.5;

/**
 * Two steps, seen one-hot: in the first, "a" pays 1 at once and "b" 1.5 with the second step, whose action is
 * free. "b" is worth it where γ > 2/3, "a" where γ < 2/3.
 */
class DelayedReward implements Environment {
  readonly observationSpace = oneHotSpace(["first step", "second step"]);
  readonly actionSpace = twoActions;
  #steps = 0;
  #waited = false;

  get terminated(): boolean {
    return this.#steps === 2;
  }

  reset(_generator: Generator, observation: Float64Array, offset: number): void {
    this.restore([0, 0], observation, offset);
  }

  step(actions: Float64Array, at: number, observation: Float64Array, offset: number): number {
    const reward = this.#steps === 0 ? atOnce(actions[at]!) : this.#waited ? rewardLater : 0;
    const waited = this.#steps === 0 ? actions[at] === 1 : this.#waited;
    this.restore([this.#steps + 1, waited ? 1 : 0], observation, offset);
    return reward;
  }

  /** Steps taken, and whether the first action was "b". */
  state(): readonly number[] {
    return [this.#steps, this.#waited ? 1 : 0];
  }

  restore(state: readonly number[], observation: Float64Array, offset: number): void {
    this.#steps = state[0]!;
    this.#waited = state[1] === 1;
    writeOneHot(Math.min(this.#steps, 1), 2, observation, offset);
  }
}

const atOnce = (action: number) => (action === 0 ? rewardAtOnce : 0);

function probe(
  number: number,
  title: string,
  create: () => Environment,
  draw: (step: DrawnStep) => SceneView,
): EnvironmentRecord {
  return {
    id: `probe-${number}`,
    title: `Probe ${number}: ${title}`,
    timeLimit: undefined,
    solvedAt: undefined,
    reference:
      "After A. Jones, Debugging RL, Without the Agonizing Pain (2021), with a choice in every probe",
    create,
    draw,
  };
}

const nothingSeen = () => "Nothing to see";
const coinSeen = ([side]: readonly number[]) => `The coin shows ${side === 1 ? "+1" : "−1"}`;
const stepSeen = ([first]: readonly number[]) => (first === 1 ? "First step" : "Second step");
/** What an action of the delayed probe leads to; in the second step nothing does. */
const leadsTo = ([first]: readonly number[], action: number) =>
  first === 1 ? [rewardAtOnce, rewardLater][action]! : 0;

/** The five probes, from the one that asks least of an update to the one that asks most. */
export const probes: readonly EnvironmentRecord[] = [
  probe(
    1,
    "the reward is always 1",
    () => new OneStep(constantReward),
    drawDoors(nothingSeen, () => 1),
  ),
  probe(
    2,
    "the reward is what is observed",
    () => new OneStep(observedReward),
    drawDoors(coinSeen, ([side]) => side!),
  ),
  probe(
    3,
    "a reward at once or a greater one a step later",
    () => new DelayedReward(),
    drawDoors(stepSeen, leadsTo),
  ),
  probe(
    4,
    "the reward depends on the action",
    () => new OneStep(chosenReward),
    drawDoors(nothingSeen, (_, action) => sign(action)),
  ),
  probe(
    5,
    "the reward depends on observation and action",
    () => new OneStep(matchedReward),
    drawDoors(coinSeen, ([side], action) => (sign(action) === side ? 1 : -1)),
  ),
];

import { describe, expect, test } from "vitest";
import { cartPole } from "../../src/environments/cartPole.ts";
import { reachesTimeLimit } from "../../src/environments/timeLimit.ts";
import { askOracle } from "./support.ts";

interface Step {
  readonly action: number;
  readonly state: readonly number[];
  readonly observation: readonly number[];
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

interface Episode {
  readonly kind: string;
  readonly initial_state: readonly number[];
  readonly steps: readonly Step[];
}

const { episodes } = askOracle<{ episodes: readonly Episode[] }>("environments", 40);

/** The largest float64 distance that counts as the same state after one step from the same state. */
const rounding = 1e-12;

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
}

/** Takes each recorded action from the recorded state before it, so that rounding does not pile up. */
function mismatches({ initial_state, steps }: Episode): string[] {
  const environment = cartPole.create();
  const observation = new Float64Array(4);
  let before = initial_state;
  return steps.flatMap((step, t) => {
    environment.restore(before, observation, 0);
    const reward = environment.step(Float64Array.of(step.action), 0, observation, 0);
    before = step.state;
    const truncated = reachesTimeLimit(t + 1, cartPole.timeLimit);
    const facts = [
      distance(environment.state(), step.state) <= rounding || "state",
      distance([...observation], step.observation) <= 2 ** -22 || "observation",
      reward === step.reward || "reward",
      environment.terminated === step.terminated || "terminated",
      truncated === step.truncated || "truncated",
    ];
    return facts.filter((fact) => fact !== true).map((fact) => `step ${t}: ${fact}`);
  });
}

describe("CartPole-v1 is Gymnasium's", () => {
  test.each(episodes.map((episode, index) => [index, episode.kind, episode.steps.length, episode] as const))(
    "episode %i (%s, %i steps)",
    (_index, _kind, _length, episode) => {
      expect(mismatches(episode)).toEqual([]);
    },
  );

  test("the recorded episodes hold falls and time limits", () => {
    const ends = episodes.map(({ steps }) => steps.at(-1)!);
    expect(ends.some(({ terminated }) => terminated)).toBe(true);
    expect(ends.some(({ truncated }) => truncated)).toBe(true);
  });
});

import type { ComparisonPageState } from "../../../../src/protocol/comparisonPage.ts";
import type { BandView, ComparisonGroupView } from "../../../../src/protocol/comparisonViews.ts";

/** A group with one run, and a curve that grows by 1 a place where no other is given. */
export function group(id: string, change: Partial<ComparisonGroupView> = {}): ComparisonGroupView {
  return {
    id,
    name: id,
    environment: "CartPole-v1",
    algorithm: "reinforce",
    loss: `loss of ${id}`,
    changes: [],
    runs: [
      {
        path: `/${id}.pgrun`,
        name: id,
        seed: 1,
        state: "closed",
        updates: 3,
        episodes: 3,
        steps: 30,
        lastAverage: 10,
        solved: null,
        seconds: 1,
      },
    ],
    solvable: true,
    solved: 0,
    lastAverage: null,
    stepsToSolved: null,
    episodesToSolved: null,
    curve: band([1, 1, 1]),
    ...change,
  };
}

/** A band at x = 10, 20, … with so many runs at each place. */
export function band(runs: readonly number[]): BandView {
  const column = (read: (place: number) => number) => Float64Array.from(runs, (_, place) => read(place));
  return {
    x: column((place) => 10 * (place + 1)),
    mean: column((place) => place),
    least: column((place) => place - 1),
    greatest: column((place) => place + 1),
    runs: Float64Array.from(runs),
  };
}

/** What the host says of these groups. */
export function hostState(groups: readonly ComparisonGroupView[]): ComparisonPageState {
  return {
    paths: ["/runs"],
    look: { axis: "steps", metric: "averageReturn" },
    view: {
      axis: "steps",
      metric: "averageReturn",
      groups,
      settings: [],
      lossDifferences: groups.map(() => null),
      environments: [...new Set(groups.map(({ environment }) => environment))],
      broken: [],
      left: 0,
      toCome: 0,
      isLive: false,
    },
    problem: null,
    isReading: false,
    reducedMotion: false,
  };
}

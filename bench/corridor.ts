import { runCorridor } from "../src/engine/conformance/corridorInLoop.ts";
import { type Figure, time } from "./measure.ts";

const aimSeconds = 10;

/** Figure 13.1 whole: three step sizes, 100 runs of 1,000 episodes each, on one core. */
export async function corridorFigures(): Promise<Figure[]> {
  const { median } = time(figure, 3, 1);
  return [
    {
      name: "Figure 13.1: 3 × 100 runs of 1,000 episodes, θ moving at every step",
      ours: median / 1000,
      peer: undefined,
      unit: "s",
      ratio: undefined,
      aim: `≤ ${aimSeconds} s`,
      reached: median / 1000 <= aimSeconds,
    },
  ];
}

function figure(): void {
  for (const alpha of [2 ** -12, 2 ** -13, 2 ** -14]) {
    for (let seed = 1; seed <= 100; seed++) {
      runCorridor({ alpha, start: [Math.log(19), 0], episodes: 1000, timeLimit: 1000 }, seed);
    }
  }
}

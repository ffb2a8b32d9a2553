import type { FrozenUpdate } from "../src/engine/frozenUpdate.ts";
import { Inspector } from "../src/engine/inspection/inspector.ts";
import { KernelsBackend } from "../src/policies/kernels.ts";
import type { Batch } from "../src/rl/batch.ts";
import { createGenerator } from "../src/rl/randomGenerator.ts";
import { type Figure, time } from "./measure.ts";

const aims = [
  { steps: 500, milliseconds: 5, runs: 200 },
  { steps: 100_000, milliseconds: 150, runs: 25 },
];

/** The time from another loss text to every column of the step table on a frozen batch. */
export async function whatIfFigures(): Promise<Figure[]> {
  return aims.map(({ steps, milliseconds, runs }) => {
    const inspector = new Inspector(frozenBatch(steps));
    let round = 0;
    const { p95 } = time(
      () => {
        round++;
        const beta = (round / 1000).toFixed(3);
        const text = `G = discounted_returns(r, gamma)\nloss = -(gamma**t * G.detach() * log_pi).sum() - ${beta} * entropy.sum()`;
        const inspection = inspector.inspect(text);
        if (!inspection.ok) throw new Error(inspection.diagnostics[0]?.message);
        for (const name of ["weight", "size", "share", "dlogit[0]", "dlogit[1]"])
          inspector.column(inspection.loss, name);
      },
      runs,
      10,
    );
    return {
      name: `what-if on T = ${steps.toLocaleString("en-US")}, all columns, p95`,
      ours: p95,
      peer: undefined,
      unit: "ms",
      ratio: undefined,
      aim: `≤ ${milliseconds} ms`,
      reached: p95 <= milliseconds,
    };
  });
}

/** Episodes of 500 steps with random observations under a fresh 4-128-2 policy. */
function frozenBatch(steps: number): FrozenUpdate {
  const specification = {
    observationSize: 4,
    actionCount: 2,
    hidden: [128],
    activation: "relu",
    bias: true,
  } as const;
  const generator = createGenerator(1, "what-if");
  const backend = new KernelsBackend(specification);
  backend.initialise(generator);
  const column = (value: (t: number) => number) => Float64Array.from({ length: steps }, (_, t) => value(t));
  const batch: Batch = {
    steps,
    observationSize: 4,
    actionCount: 2,
    observations: Float64Array.from({ length: 4 * steps }, () => 2 * generator.uniform() - 1),
    actions: column(() => Math.floor(2 * generator.uniform())),
    rewards: column(() => 1),
    time: column((t) => t % 500),
    terminated: Uint8Array.from({ length: steps }, (_, t) => (t % 500 === 499 ? 1 : 0)),
    truncated: new Uint8Array(steps),
    episodes: column((t) => 1 + Math.floor(t / 500)),
  };
  const loss = "-(discounted_returns(r, gamma).detach() * log_pi).sum()";
  return {
    update: 1,
    batch,
    theta: backend.theta().slice(),
    specification,
    gamma: 0.99,
    learningRate: 3e-3,
    loss,
  };
}

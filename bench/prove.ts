import { reinforce } from "../src/algorithms/reinforce.ts";
import { type ProofProblem, randomVector } from "../src/engine/proof/problem.ts";
import { proveLoss } from "../src/engine/proof/prove.ts";
import { architectureOf } from "../src/policies/architecture.ts";
import { createGenerator } from "../src/rl/randomGenerator.ts";
import { type Figure, spreadOf } from "./measure.ts";

const steps = 200;
const aim = 1000;
const runs = 9;

/** One episode of 200 steps with a reward of 1 each, as of CartPole, and a 4-128-2 policy as torch initialises one. */
function problem(): ProofProblem {
  const generator = createGenerator(1, "proof benchmark");
  const specification = {
    observationSize: 4,
    hidden: [128],
    activation: "relu" as const,
    bias: true,
    actionCount: 2,
  };
  return {
    specification,
    theta: randomVector(architectureOf(specification).parameterCount, generator, 0.3),
    gamma: 0.99,
    learningRate: 1e-3,
    batch: {
      steps,
      observationSize: 4,
      actionCount: 2,
      observations: randomVector(4 * steps, generator, 0.5),
      actions: Float64Array.from({ length: steps }, () => (generator.uniform() < 0.5 ? 0 : 1)),
      rewards: new Float64Array(steps).fill(1),
      time: Float64Array.from({ length: steps }, (_, t) => t),
      terminated: Uint8Array.from({ length: steps }, (_, t) => (t === steps - 1 ? 1 : 0)),
      truncated: new Uint8Array(steps),
      episodes: new Float64Array(steps).fill(1),
    },
  };
}

/** Milliseconds of a whole proof, the first of which starts cold, and the worst relative error it found. */
export async function proveFigures(): Promise<Figure[]> {
  const times: number[] = [];
  let worst = 0;
  for (let run = 0; run < runs; run++) {
    const proof = await proveLoss(problem(), reinforce.loss, "the benchmark", { seed: run + 1 });
    if (!proof.ok || proof.status !== "passed") throw new Error("the proof did not pass");
    times.push(proof.milliseconds);
    worst = Math.max(worst, ...proof.checks.map((check) => check.worst));
  }
  const figure = (name: string, ours: number, unit: string, limit: number): Figure => ({
    name,
    ours,
    peer: undefined,
    unit,
    ratio: undefined,
    aim: `≤ ${limit} ${unit}`.trim(),
    reached: ours <= limit,
  });
  return [
    figure("proof of REINFORCE, 4-128-2, T = 200, cold", times[0]!, "ms", aim),
    figure("the same, warm (median)", spreadOf(times).median, "ms", aim),
    figure("the same, worst relative error of any difference", worst, "", 1e-8),
  ];
}

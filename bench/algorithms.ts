import { resolveSettings } from "../src/engine/settings.ts";
import { Trainer } from "../src/engine/trainer.ts";
import { type Figure, median } from "./measure.ts";
import { oraclesPython, runPeer } from "./peers/python.ts";
import { trainedStepsPerSecond } from "./training.ts";

const rounds = 3;
const corridorRuns = 100;
const corridorEpisodes = 1000;

/** Environment steps a second of whole `pgi train` by algorithm, PPO beside PyTorch in turns; then the runs of Figure 13.1. */
export async function algorithmFigures(): Promise<Figure[]> {
  const python = oraclesPython();
  const ppo: number[] = [];
  const torch: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ppo.push(trainedStepsPerSecond("ppo", 100_000));
    if (python) torch.push(Number(runPeer(python, "ppo_torch.py", "6").steps_per_second));
  }
  const peer = torch.length === 0 ? undefined : median(torch);
  const ratio = peer === undefined ? undefined : median(ppo) / peer;
  return [
    {
      name: "PPO on CartPole, 4 × 128, two 64-64 tanh networks, against PyTorch in CleanRL's shape",
      ours: median(ppo),
      peer,
      unit: "steps/s",
      ratio,
      aim: "≥ 5×",
      reached: ratio === undefined ? undefined : ratio >= 5,
    },
    rateFigure("one-step actor–critic on CartPole, an update a step", "actor-critic-one-step", 100_000),
    rateFigure("A2C on CartPole, 8 × 16, two 64-64 tanh networks", "a2c", undefined),
    corridorFigure(),
  ];
}

function rateFigure(name: string, algorithm: string, aim: number | undefined): Figure {
  const ours = median(Array.from({ length: rounds }, () => trainedStepsPerSecond(algorithm, 200_000)));
  return {
    name,
    ours,
    peer: undefined,
    unit: "steps/s",
    ratio: undefined,
    aim: aim === undefined ? "none" : `≥ ${aim.toLocaleString("en-US")} steps/s`,
    reached: aim === undefined ? undefined : ours >= aim,
  };
}

/** Seconds of 100 runs of 1,000 episodes with α = 2⁻¹³, one after the other on one core. */
function corridorFigure(): Figure {
  const started = performance.now();
  for (let seed = 1; seed <= corridorRuns; seed++) {
    const trainer = new Trainer(
      resolveSettings({ environment: "ShortCorridor", seed, learningRate: 2 ** -13 }),
    );
    while (trainer.episode < corridorEpisodes) trainer.advance(2048);
  }
  const ours = (performance.now() - started) / 1000;
  return {
    name: "short corridor, 100 runs × 1,000 episodes of REINFORCE, one core",
    ours,
    peer: undefined,
    unit: "s",
    ratio: undefined,
    aim: "≤ 10 s",
    reached: ours <= 10,
  };
}

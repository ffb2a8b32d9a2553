import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KernelsBackend } from "../src/policies/kernels.ts";
import { createGenerator } from "../src/rl/randomGenerator.ts";
import { fusedStepsPerSecond } from "./fused.ts";
import { type Figure, median, time } from "./measure.ts";
import { oraclesPython, runPeer } from "./peers/python.ts";

const rounds = 3;
const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** Whole `pgi train` against PyTorch, a hand-fused loop and itself without recording, in turns; then per-step norms. */
export async function trainingFigures(): Promise<Figure[]> {
  const python = oraclesPython();
  const recording: number[] = [];
  const plain: number[] = [];
  const fused: number[] = [];
  const torch: number[] = [];
  for (let round = 0; round < rounds; round++) {
    recording.push(trainedStepsPerSecond("reinforce", 2_000_000));
    plain.push(trainedStepsPerSecond("reinforce", 2_000_000, ["--no-record"]));
    fused.push(fusedStepsPerSecond(2_000_000));
    if (python) torch.push(Number(runPeer(python, "reinforce_torch.py", "6").steps_per_second));
  }
  return [
    ratioFigure("steps/s with recording, against a PyTorch loop", median(recording), torch, 100, "≥ 100×"),
    ratioFigure("steps/s with recording, against a hand-fused loop", median(recording), fused, 0.7, "≥ 0.7×"),
    ratioFigure("steps/s with recording, against without", median(recording), plain, 0.9, "≥ 0.9×"),
    perStepFigure(python),
  ];
}

function ratioFigure(
  name: string,
  ours: number,
  peers: readonly number[],
  aim: number,
  words: string,
): Figure {
  const peer = peers.length === 0 ? undefined : median(peers);
  const ratio = peer === undefined ? undefined : ours / peer;
  return {
    name,
    ours,
    peer,
    unit: "steps/s",
    ratio,
    aim: words,
    reached: ratio === undefined ? undefined : ratio >= aim,
  };
}

/** The rate that `pgi train --json` itself reports for so many steps of seed 1 on CartPole. */
export function trainedStepsPerSecond(
  algorithm: string,
  steps: number,
  words: readonly string[] = [],
): number {
  const folder = mkdtempSync(join(tmpdir(), "pgi-bench-"));
  try {
    const out = join(folder, "run.pgrun");
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [
        cli,
        "train",
        ...["--algorithm", algorithm, "--seed", "1", "--steps", String(steps), "--json", "--out", out],
        ...words,
      ],
      { encoding: "utf8", maxBuffer: 2 ** 30 },
    );
    if (status !== 0) throw new Error(`pgi train failed: ${stderr}`);
    const done = JSON.parse(stdout.trim().split("\n").at(-1) as string) as { steps: number; seconds: number };
    return done.steps / done.seconds;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Gradient and ‖g_t‖ of 5,000 steps of a 4-128-2 policy. */
function perStepFigure(python: string | undefined): Figure {
  const steps = 5000;
  const backend = new KernelsBackend({
    observationSize: 4,
    actionCount: 2,
    hidden: [128],
    activation: "relu",
    bias: true,
  });
  const generator = createGenerator(1, "bench");
  backend.initialise(generator);
  const observations = Float64Array.from({ length: 4 * steps }, () => 2 * generator.uniform() - 1);
  const actions = Float64Array.from({ length: steps }, () => Math.floor(2 * generator.uniform()));
  const adjoints = Float64Array.from({ length: 2 * steps }, () => generator.uniform() - 0.5);
  const { median: ours } = time(
    () => {
      backend.forward(observations, actions, steps);
      backend.backward(adjoints, steps);
    },
    50,
    20,
  );
  const peer = python
    ? Number(runPeer(python, "per_step_gradients_torch.py", String(steps)).milliseconds)
    : undefined;
  const ratio = peer === undefined ? undefined : peer / ours;
  return {
    name: "forward, gradient and per-step norms, 4-128-2, T = 5,000, against vmap(grad)",
    ours,
    peer,
    unit: "ms",
    ratio,
    aim: "≥ 1×",
    reached: ratio === undefined ? undefined : ratio >= 1,
  };
}

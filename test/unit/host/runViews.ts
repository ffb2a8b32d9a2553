import type { RunListing, RunView, TrainingProgress } from "../../../src/protocol/views.ts";

/** A run in the middle of training, with what a test cares about put in its place. */
export function runView(
  changes: Partial<Omit<RunView, "progress">> & { progress?: Partial<TrainingProgress> } = {},
): RunView {
  const run = changes.run ?? "run-1";
  return {
    run,
    path: "/runs/one.pgrun",
    title: "CartPole-v1 · REINFORCE · seed 7",
    settings: {
      environment: "CartPole-v1",
      algorithm: "reinforce",
      seed: 7,
      hidden: [16],
      activation: "relu",
      bias: true,
      optimiser: "adam",
      learningRate: 0.003,
      gamma: 0.99,
      clipNorm: null,
      loss: "loss = -log_pi.sum()",
      backend: "auto",
      value: "none",
      valueLearningRate: null,
      sigma: "network",
      sigmaBy: "exp",
      environments: 1,
      batch: 1,
      epochs: 1,
      minibatches: 1,
      targets: "",
      adamEpsilon: 1e-8,
      annealSteps: null,
      dropout: 0,
      bootstrapTruncated: true,
    },
    algorithmTitle: "REINFORCE",
    backend: { name: "kernels", device: "CPU", reason: "small net" },
    own: true,
    solvedAt: 475,
    observationNames: ["x", "v", "θ", "ω"],
    actionNames: ["left", "right"],
    ...changes,
    progress: {
      run,
      state: "training",
      update: 541,
      episode: 541,
      steps: 61_234,
      lastReturn: 248,
      averageReturn: 187.34567,
      stepsPerSecond: 412_345,
      solved: false,
      ...changes.progress,
    },
  };
}

export function runListing(changes: Partial<RunListing> = {}): RunListing {
  return {
    path: "/runs/one.pgrun",
    name: "one.pgrun",
    title: "CartPole-v1 · REINFORCE",
    updates: 541,
    bytes: 1_240_000,
    modified: 1000,
    beingWritten: false,
    kept: [],
    pinned: [],
    ...changes,
  };
}

import type { RunSettings } from "../protocol/views.ts";
import type { RunMetadata } from "../runs/metadata.ts";
import type { ChosenBackend } from "./backends/choose.ts";
import type { ResolvedSettings, SettingsRequest } from "./settings.ts";
import { programName, programVersion } from "./version.ts";

/** What a new run says of itself. */
export function describeRun({ settings, algorithm }: ResolvedSettings, chosen: ChosenBackend): RunMetadata {
  const { backend: _, ...rest } = settings;
  return {
    title: `${algorithm.title} on ${settings.environment}, seed ${settings.seed}`,
    created: new Date().toISOString(),
    program: { name: programName, version: programVersion },
    ...rest,
    backend: { name: chosen.name, reason: chosen.reason, device: chosen.device },
  };
}

/** The settings a run was started with. */
export function settingsOf(metadata: RunMetadata): SettingsRequest {
  return {
    environment: metadata.environment,
    algorithm: metadata.algorithm,
    seed: metadata.seed,
    hidden: metadata.hidden,
    activation: metadata.activation === "tanh" ? "tanh" : "relu",
    bias: metadata.bias,
    optimiser: metadata.optimiser === "sgd" ? "sgd" : "adam",
    learningRate: metadata.learningRate,
    gamma: metadata.gamma,
    clipNorm: metadata.clipNorm,
    loss: metadata.loss,
    backend: metadata.backend.name as RunSettings["backend"],
  };
}

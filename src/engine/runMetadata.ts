import * as v from "valibot";
import type { RunSettings } from "../protocol/views.ts";
import type { RunMetadata } from "../runs/metadata.ts";
import type { ChosenBackend } from "./backends/choose.ts";
import { checkedFacts } from "./gym/description.ts";
import type { ResolvedSettings, SettingsRequest } from "./settings.ts";
import { UserError } from "./userError.ts";
import { programName, programVersion } from "./version.ts";

/** What a new run says of itself. */
export function describeRun({ settings, algorithm }: ResolvedSettings, chosen: ChosenBackend): RunMetadata {
  const {
    backend: _,
    value,
    valueLearningRate,
    sigma,
    sigmaBy,
    environments,
    batch,
    epochs,
    minibatches,
    targets,
    adamEpsilon,
    annealSteps,
    dropout,
    bootstrapTruncated,
    ...rest
  } = settings;
  return {
    title: `${algorithm.title} on ${settings.environment}, seed ${settings.seed}`,
    created: new Date().toISOString(),
    program: { name: programName, version: programVersion },
    ...rest,
    backend: { name: chosen.name, reason: chosen.reason, device: chosen.device },
    settings: {
      value,
      valueLearningRate,
      sigma,
      sigmaBy,
      environments,
      batch,
      epochs,
      minibatches,
      targets,
      adamEpsilon,
      annealSteps,
      dropout,
      bootstrapTruncated,
    },
  };
}

/** The settings that a run's metadata hold in their own record; runs of earlier versions have none of them. */
const recordedSettings = v.partial(
  v.object({
    value: v.picklist(["none", "shared", "own"]),
    valueLearningRate: v.nullable(v.number()),
    sigma: v.picklist(["network", "parameter"]),
    sigmaBy: v.picklist(["exp", "softplus"]),
    environments: v.number(),
    batch: v.number(),
    epochs: v.number(),
    minibatches: v.number(),
    targets: v.string(),
    adamEpsilon: v.number(),
    annealSteps: v.nullable(v.number()),
    dropout: v.number(),
    bootstrapTruncated: v.boolean(),
  }),
);

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
    ...readRecorded(metadata),
    ...readGym(metadata),
  };
}

/** What Python said of the environment is data like the rest: another form of it is as if it were not there. */
function readGym(metadata: RunMetadata): SettingsRequest {
  const gym = checkedFacts((metadata as { readonly gym?: unknown }).gym);
  return gym === undefined ? {} : { gym };
}

function readRecorded({ settings = {} }: RunMetadata): SettingsRequest {
  const parsed = v.safeParse(recordedSettings, settings);
  if (parsed.success) return parsed.output;
  throw new UserError("damaged", `The run's settings cannot be read: ${parsed.issues[0].message}.`);
}

import type { AlgorithmDefaults, AlgorithmRecord } from "../algorithms/algorithm.ts";
import { findAlgorithm } from "../algorithms/registry.ts";
import type { EnvironmentRecord } from "../environments/environment.ts";
import { findEnvironment } from "../environments/registry.ts";
import { usualAdamEpsilon } from "../policies/optimiser.ts";
import type { RunSettings } from "../protocol/views.ts";
import { backendNames } from "./backends/names.ts";
import { checkedFacts } from "./gym/description.ts";
import { gymRecord, isGym } from "./gym/gymRecord.ts";
import type { RemoteEnvironments } from "./gym/remote.ts";
import { UserError } from "./userError.ts";

/** What a person may ask for; the algorithm's defaults for the environment fill the rest. */
export type SettingsRequest = { readonly [Name in keyof RunSettings]?: RunSettings[Name] | undefined };

export interface ResolvedSettings {
  readonly settings: RunSettings;
  readonly environment: EnvironmentRecord;
  readonly algorithm: AlgorithmRecord;
  /** What steps the environment, where it runs in another process and is trained on. */
  readonly remote?: RemoteEnvironments;
}

const largestLayer = 8192;
const mostLayers = 8;
const mostSteps = 2 ** 20;

/** Fills in defaults and checks every range. Throws a `UserError` that names the setting and what is allowed. */
export function resolveSettings(request: SettingsRequest): ResolvedSettings {
  const environment = requireEnvironment(request.environment ?? "CartPole-v1", request.gym);
  const algorithm = requireAlgorithm(request.algorithm ?? "reinforce");
  checkActions(environment, algorithm);
  const defaults = defaultsFor(algorithm, environment.id);
  const settings: RunSettings = {
    environment: environment.id,
    algorithm: algorithm.id,
    seed: request.seed ?? 1,
    hidden: request.hidden ?? defaults.hidden,
    activation: request.activation ?? defaults.activation,
    bias: request.bias ?? defaults.bias,
    optimiser: request.optimiser ?? defaults.optimiser,
    learningRate: request.learningRate ?? defaults.learningRate,
    gamma: request.gamma ?? defaults.gamma,
    clipNorm: request.clipNorm === undefined ? (defaults.clipNorm ?? null) : request.clipNorm,
    loss: request.loss ?? textsFor(algorithm, environment.id).loss,
    backend: request.backend ?? "auto",
    ...(request.gym && { gym: request.gym }),
    ...headSettings(request, algorithm, defaults),
    ...batchSettings(request, algorithm, environment.id),
    ...learningSettings(request, defaults),
  };
  checkRanges(settings);
  checkTiming(settings, algorithm);
  return { settings, environment, algorithm };
}

/** An environment by its id; `gym` is what Python said of one of Gymnasium's. */
export function requireEnvironment(id: string, gym?: RunSettings["gym"]): EnvironmentRecord {
  if (isGym(id)) return describedRecord(id, gym);
  const found = findEnvironment(id);
  if (found.ok) return found.record;
  throw new UserError("unknown_environment", sentence(found.message));
}

function describedRecord(id: string, gym: RunSettings["gym"]): EnvironmentRecord {
  const facts = checkedFacts(gym);
  if (facts) return gymRecord(id, facts);
  throw new UserError("unknown_environment", `Nothing is known of ${id}: no Python has described it.`);
}

export function requireAlgorithm(id: string): AlgorithmRecord {
  const found = findAlgorithm(id);
  if (found.ok) return found.record;
  throw new UserError("unknown_algorithm", sentence(found.message));
}

/** Throws a UserError where the algorithm cannot act in the environment. */
function checkActions(environment: EnvironmentRecord, algorithm: AlgorithmRecord): void {
  const { actionSpace } = environment.create();
  const kind = actionSpace.kind === "discrete" ? "discrete" : "continuous";
  if (algorithm.actions === undefined || algorithm.actions === kind) return;
  if (kind === "discrete") {
    throw new UserError(
      "discrete_actions",
      `${environment.id} has actions to choose from, and ${algorithm.id} draws real numbers.`,
      "Choose an environment with real-valued actions.",
    );
  }
  throw new UserError(
    "continuous_actions",
    `${environment.id} takes real-valued actions (${actionSpace.names.join(", ")}), and ${algorithm.id} chooses one of several.`,
    "Choose an environment with discrete actions.",
  );
}

function defaultsFor(algorithm: AlgorithmRecord, environment: string): AlgorithmDefaults {
  const defaults = algorithm.defaults[environment] ?? algorithm.defaults["*"];
  if (!defaults) throw new Error(`${algorithm.id} has no defaults for "*"`);
  return defaults;
}

function headSettings(request: SettingsRequest, algorithm: AlgorithmRecord, defaults: AlgorithmDefaults) {
  const { valueLearningRate } = request;
  return {
    value: request.value ?? algorithm.value ?? "none",
    valueLearningRate:
      valueLearningRate === undefined ? (defaults.valueLearningRate ?? null) : valueLearningRate,
    sigma: request.sigma ?? defaults.sigma ?? "network",
    sigmaBy: request.sigmaBy ?? defaults.sigmaBy ?? "exp",
  };
}

function batchSettings(request: SettingsRequest, algorithm: AlgorithmRecord, environment: string) {
  const defaults = defaultsFor(algorithm, environment);
  const environments = request.environments ?? defaults.environments ?? 1;
  const episodes = Math.max(algorithm.episodesPerUpdate, environments);
  const usual = algorithm.timing === "episode" ? episodes : (defaults.stepsPerUpdate ?? 1);
  const batch = request.batch ?? usual;
  return {
    environments,
    batch,
    epochs: request.epochs ?? defaults.epochs ?? 1,
    // A small batch that is asked for has no more parts than steps.
    minibatches:
      request.minibatches ?? Math.min(defaults.minibatches ?? 1, Math.max(1, environments * batch)),
    targets: request.targets ?? textsFor(algorithm, environment).targets,
  };
}

function learningSettings(request: SettingsRequest, defaults: AlgorithmDefaults) {
  const { annealSteps, hidden = defaults.hidden } = request;
  return {
    adamEpsilon: request.adamEpsilon ?? defaults.adamEpsilon ?? usualAdamEpsilon,
    annealSteps: annealSteps === undefined ? (defaults.annealSteps ?? null) : annealSteps,
    // A linear policy has no units to drop.
    dropout: request.dropout ?? (hidden.length === 0 ? 0 : (defaults.dropout ?? 0)),
    bootstrapTruncated: request.bootstrapTruncated ?? defaults.bootstrapTruncated ?? true,
  };
}

/** An algorithm's loss and targets (empty: none) in an environment. */
export function textsFor(algorithm: AlgorithmRecord, environment: string): { loss: string; targets: string } {
  const own = defaultsFor(algorithm, environment);
  return { loss: own.loss ?? algorithm.loss, targets: own.targets ?? algorithm.targets ?? "" };
}

/** Throws a UserError where an algorithm that waits for episodes is asked for what only steps have. */
function checkTiming(settings: RunSettings, { id, timing }: AlgorithmRecord): void {
  const { environments, epochs, minibatches, batch } = settings;
  const sideBySide = isGym(settings.environment) ? batch : 1;
  if (timing === "episode" && (environments > sideBySide || epochs > 1 || minibatches > 1)) {
    throw new UserError(
      "out_of_range",
      `${id} makes one update of whole episodes: it has one environment, one epoch and one minibatch.`,
      "Choose a2c or ppo for more.",
    );
  }
  if (timing === "steps" && environments * batch > mostSteps) {
    throw new UserError(
      "out_of_range",
      `A batch has at most ${mostSteps} steps, not ${environments} × ${batch}.`,
    );
  }
  if (timing === "steps" && minibatches > environments * batch) {
    throw new UserError(
      "out_of_range",
      `A batch of ${environments} × ${batch} steps has no ${minibatches} minibatches.`,
    );
  }
}

/** Whether a batch is gone through in parts, or has columns that are computed before its first update. */
export function isInParts({ epochs, minibatches, targets }: RunSettings): boolean {
  return epochs > 1 || minibatches > 1 || targets !== "";
}

const isCount = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;

/** Every range in one table: what must hold, and how to say it. */
const ranges: readonly {
  holds: (settings: RunSettings) => boolean;
  says: (settings: RunSettings) => string;
}[] = [
  {
    holds: ({ seed }) => Number.isSafeInteger(seed) && seed >= 0,
    says: ({ seed }) => `A seed is a whole number from 0 to 2^53 − 1, not ${seed}.`,
  },
  {
    holds: ({ gamma }) => gamma >= 0 && gamma <= 1,
    says: ({ gamma }) => `gamma lies between 0 and 1, not at ${gamma}.`,
  },
  {
    holds: ({ learningRate }) => learningRate > 0 && Number.isFinite(learningRate),
    says: ({ learningRate }) => `A learning rate is a finite number above 0, not ${learningRate}.`,
  },
  {
    holds: ({ hidden }) => hidden.length <= mostLayers,
    says: ({ hidden }) => `A policy has at most ${mostLayers} hidden layers, not ${hidden.length}.`,
  },
  {
    holds: ({ hidden }) =>
      hidden.every((size) => Number.isInteger(size) && size >= 1 && size <= largestLayer),
    says: ({ hidden }) =>
      `Hidden sizes are whole numbers from 1 to ${largestLayer}, not ${hidden.join(",")}.`,
  },
  {
    holds: ({ clipNorm }) => clipNorm === null || (clipNorm > 0 && Number.isFinite(clipNorm)),
    says: ({ clipNorm }) => `A gradient-norm clip is a finite number above 0, not ${clipNorm}.`,
  },
  {
    holds: ({ value }) => value === "none" || value === "shared" || value === "own",
    says: ({ value }) => `There is no value head "${value}"; there are none, shared and own.`,
  },
  {
    holds: ({ valueLearningRate: rate }) => rate === null || (rate > 0 && Number.isFinite(rate)),
    says: ({ valueLearningRate }) =>
      `A value network's learning rate is a finite number above 0, not ${valueLearningRate}.`,
  },
  {
    holds: ({ value, valueLearningRate }) => valueLearningRate === null || value === "own",
    says: ({ value }) => `A learning rate of the value network's own needs value own, not ${value}.`,
  },
  {
    holds: ({ sigma }) => sigma === "network" || sigma === "parameter",
    says: ({ sigma }) => `σ comes from network or parameter, not from "${sigma}".`,
  },
  {
    holds: ({ sigmaBy }) => sigmaBy === "exp" || sigmaBy === "softplus",
    says: ({ sigmaBy }) => `σ is made positive by exp or softplus, not by "${sigmaBy}".`,
  },
  {
    holds: ({ environments }) => isCount(environments, 4096),
    says: ({ environments }) => `Environments side by side are 1 to 4096, not ${environments}.`,
  },
  {
    holds: ({ batch }) => isCount(batch, 2 ** 20),
    says: ({ batch }) => `An update is made of 1 to ${2 ** 20} episodes or steps, not ${batch}.`,
  },
  {
    holds: ({ epochs }) => isCount(epochs, 1000),
    says: ({ epochs }) => `A batch is gone through 1 to 1000 times, not ${epochs}.`,
  },
  {
    holds: ({ minibatches }) => isCount(minibatches, 2 ** 20),
    says: ({ minibatches }) => `A batch has 1 to ${2 ** 20} minibatches, not ${minibatches}.`,
  },
  {
    holds: ({ adamEpsilon }) => adamEpsilon > 0 && Number.isFinite(adamEpsilon),
    says: ({ adamEpsilon }) => `Adam's epsilon is a finite number above 0, not ${adamEpsilon}.`,
  },
  {
    holds: ({ annealSteps }) => annealSteps === null || isCount(annealSteps, Number.MAX_SAFE_INTEGER),
    says: ({ annealSteps }) => `A step size falls to 0 over 1 step or more, not over ${annealSteps}.`,
  },
  {
    holds: ({ dropout }) => dropout >= 0 && dropout < 1,
    says: ({ dropout }) => `The probability of dropping a unit is at least 0 and below 1, not ${dropout}.`,
  },
  {
    holds: ({ dropout, hidden }) => dropout === 0 || hidden.length > 0,
    says: () => "Dropout needs a hidden layer to drop units of; this policy is linear.",
  },
  {
    holds: ({ dropout, value }) => dropout === 0 || value !== "shared",
    says: () =>
      "Dropout drops units of the policy's network alone: V on the same trunk would lose them too. Take value own or none.",
  },
  {
    holds: ({ dropout, environment }) => dropout === 0 || !isGym(environment),
    says: ({ environment }) =>
      `Dropout is not offered where Python steps the environment, as it does ${environment}.`,
  },
  {
    holds: ({ optimiser }) => optimiser === "adam" || optimiser === "sgd",
    says: ({ optimiser }) => `There is no optimiser "${optimiser}"; there are adam and sgd.`,
  },
  {
    holds: ({ activation }) => activation === "relu" || activation === "tanh",
    says: ({ activation }) => `There is no activation "${activation}"; there are relu and tanh.`,
  },
  {
    holds: ({ backend }) => backend === "auto" || backendNames.includes(backend),
    says: ({ backend }) => `There is no backend "${backend}"; there are auto, ${backendNames.join(", ")}.`,
  },
];

/** Throws a `UserError` for the first setting that is out of its range. */
export function checkRanges(settings: RunSettings): void {
  for (const range of ranges) {
    if (!range.holds(settings)) throw new UserError("out_of_range", range.says(settings));
  }
}

function sentence(words: string): string {
  const ending = /[.?!]$/.test(words) ? "" : ".";
  return words.charAt(0).toUpperCase() + words.slice(1) + ending;
}

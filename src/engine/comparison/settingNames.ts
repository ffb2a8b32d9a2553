import type { RunSettings } from "../../protocol/views.ts";

/** A setting by which runs are told apart. */
interface ComparedSetting {
  /** As the table of differences calls it. */
  readonly title: string;
  /** As a group's name has it, with its value. */
  readonly short: (value: string) => string;
}

const plain = (title: string, word = title): ComparedSetting => ({
  title,
  short: (value) => `${word} ${value}`,
});
const bare = (title: string): ComparedSetting => ({ title, short: (value) => value });

/** Every setting but the seed, the texts and what Python said of its environment, in the order in which they are named. */
export const comparedSettings: Readonly<
  Record<Exclude<keyof RunSettings, "seed" | "loss" | "targets" | "gym">, ComparedSetting>
> = {
  environment: bare("environment"),
  algorithm: bare("algorithm"),
  hidden: { title: "hidden layers", short: (value) => (value === "none" ? "linear" : value) },
  activation: bare("activation"),
  bias: plain("bias"),
  optimiser: bare("optimiser"),
  learningRate: plain("learning rate", "lr"),
  adamEpsilon: plain("ε of Adam", "ε"),
  annealSteps: plain("steps over which step sizes fall to 0", "annealed over"),
  dropout: plain("dropout"),
  bootstrapTruncated: plain("V follows a time limit", "V after time limit"),
  gamma: plain("γ"),
  clipNorm: plain("bound of the gradient's norm", "clip"),
  value: plain("value estimate", "value"),
  valueLearningRate: plain("learning rate of the value network", "value lr"),
  sigma: plain("σ from", "σ from"),
  sigmaBy: plain("σ by", "σ by"),
  environments: plain("environments side by side", "environments"),
  batch: plain("batch"),
  epochs: plain("epochs"),
  minibatches: plain("minibatches"),
  backend: plain("backend", "on"),
};

export type ComparedSettingName = keyof typeof comparedSettings;

/** A setting's value as people write it: "64×64", "none", "0.003". */
export function settingText(value: RunSettings[ComparedSettingName]): string {
  if (value === null) return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join("×");
  return String(value);
}

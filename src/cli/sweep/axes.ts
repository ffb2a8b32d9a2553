import type { SettingsRequest } from "../../engine/settings.ts";
import { UserError } from "../../engine/userError.ts";
import type { OptionRecord } from "../command.ts";
import { readTextFile } from "../lossArgument.ts";
import { readHidden } from "../readHidden.ts";

type Setting = keyof SettingsRequest;

/** A setting that a sweep goes through: an option with a list of values. */
export interface Axis {
  /** The option of `pgi train` that takes one of the values. */
  readonly option: string;
  readonly setting: Setting;
  readonly kind: "name" | "number" | "integer" | "layers" | "text" | "truth";
  readonly help: string;
}

/** Every axis, the outermost first; the seed is the innermost and is what a setting is averaged over. */
export const axes: readonly Axis[] = [
  { option: "environment", setting: "environment", kind: "name", help: "environments" },
  { option: "algorithm", setting: "algorithm", kind: "name", help: "algorithms" },
  { option: "loss", setting: "loss", kind: "text", help: "files, each with a loss text" },
  { option: "targets", setting: "targets", kind: "text", help: "files, each with a text of targets" },
  { option: "hidden", setting: "hidden", kind: "layers", help: "networks: 128,64x64; 0 for linear" },
  { option: "activation", setting: "activation", kind: "name", help: "relu, tanh" },
  { option: "optimiser", setting: "optimiser", kind: "name", help: "adam, sgd" },
  { option: "learning-rate", setting: "learningRate", kind: "number", help: "step sizes α" },
  { option: "gamma", setting: "gamma", kind: "number", help: "discounts γ" },
  { option: "clip-norm", setting: "clipNorm", kind: "number", help: "bounds of the gradient's norm" },
  { option: "value", setting: "value", kind: "name", help: "value estimates: none, shared, own" },
  {
    option: "value-learning-rate",
    setting: "valueLearningRate",
    kind: "number",
    help: "step sizes of own value networks",
  },
  { option: "sigma", setting: "sigma", kind: "name", help: "where σ comes from: network, parameter" },
  { option: "sigma-by", setting: "sigmaBy", kind: "name", help: "exp, softplus" },
  { option: "environments", setting: "environments", kind: "integer", help: "environments side by side" },
  { option: "batch", setting: "batch", kind: "integer", help: "episodes or steps per update" },
  { option: "epochs", setting: "epochs", kind: "integer", help: "how often a batch is gone through" },
  { option: "minibatches", setting: "minibatches", kind: "integer", help: "in how many parts" },
  { option: "anneal", setting: "annealSteps", kind: "integer", help: "steps over which α falls to 0" },
  { option: "adam-epsilon", setting: "adamEpsilon", kind: "number", help: "ε of Adam" },
  { option: "dropout", setting: "dropout", kind: "number", help: "probabilities of dropping a hidden unit" },
  {
    option: "bootstrap-truncated",
    setting: "bootstrapTruncated",
    kind: "truth",
    help: "true, false: V behind a time limit, or an end",
  },
  { option: "seed", setting: "seed", kind: "integer", help: "seeds: 1-10 or 3,5,8 (default 1)" },
];

/** The axes as options of a command. `--seeds` is another word for `--seed`. */
export const axisOptions: Readonly<Record<string, OptionRecord>> = Object.fromEntries(
  axes.map(({ option, help, kind }) => [
    option === "seed" ? "seeds" : option,
    { value: kind === "text" ? "FILE,…" : kind === "integer" ? "N,N-N,…" : "X,…", help },
  ]),
);

/** Values that one axis may have. */
const mostValues = 10_000;

/**
 * The values in an option's list, each as the word that `pgi train` would be given; of texts, what the file holds.
 * Throws a UserError that names the option and the word which is off.
 */
export function readValues(axis: Axis, given: string): readonly string[] {
  const option = axis.option === "seed" ? "seeds" : axis.option;
  const words = given.split(",").map((word) => word.trim());
  if (words.includes(""))
    throw new UserError("usage", `--${option} takes a list like a,b,c, not "${given}".`);
  const values = words.flatMap((word) => readWord(axis, option, word));
  const twice = values.find((value, place) => values.indexOf(value) !== place);
  if (twice === undefined) return values;
  const name = axis.kind === "text" ? words[values.indexOf(twice)] : twice;
  throw new UserError("usage", `--${option} names ${name} twice.`, "Name every value once.");
}

function readWord(axis: Axis, option: string, word: string): readonly string[] {
  const range = axis.kind === "integer" ? /^(\d+)-(\d+)$/.exec(word) : null;
  if (range) return wholeNumbers(option, word, Number(range[1]), Number(range[2]));
  if (axis.kind === "text") return [readTextFile(word)];
  if (axis.kind === "layers") return [layersOf(word)];
  if (axis.kind === "name") return [word];
  if (axis.kind === "truth") return [truthOf(option, word)];
  const value = Number(word);
  if (Number.isNaN(value)) throw new UserError("usage", `--${option} takes numbers, not "${word}".`);
  if (axis.kind === "integer" && !Number.isSafeInteger(value))
    throw new UserError("usage", `--${option} takes whole numbers and ranges like 1-10, not "${word}".`);
  return [String(value)];
}

function truthOf(option: string, word: string): string {
  if (word === "true" || word === "false") return word;
  throw new UserError("usage", `--${option} is true or false, not "${word}".`);
}

function wholeNumbers(option: string, word: string, first: number, last: number): readonly string[] {
  const count = last - first + 1;
  if (count < 1) throw new UserError("usage", `--${option} ${word} ends before it begins.`);
  if (!Number.isSafeInteger(last) || count > mostValues)
    throw new UserError("usage", `--${option} ${word} has more than ${mostValues} values.`);
  return Array.from({ length: count }, (_, place) => String(first + place));
}

function layersOf(word: string): string {
  return readHidden(word.replaceAll("x", ","))?.join(",") || "0";
}

/** The settings that a trial's words ask for. */
export function requestOf(words: Readonly<Record<string, string>>): SettingsRequest {
  const given = axes.filter(({ option }) => words[option] !== undefined);
  return Object.fromEntries(
    given.map(({ option, setting, kind }) => [setting, settingOf(kind, words[option] as string)]),
  );
}

/** A trial's words with numbers as numbers, as JSON shows them. */
export function typedWords(words: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const given = axes.filter(({ option }) => words[option] !== undefined);
  return Object.fromEntries(
    given.map(({ option, kind }) => [option, settingOf(kind, words[option] as string)]),
  );
}

function settingOf(kind: Axis["kind"], word: string): unknown {
  if (kind === "layers") return readHidden(word);
  if (kind === "truth") return word === "true";
  return kind === "number" || kind === "integer" ? Number(word) : word;
}

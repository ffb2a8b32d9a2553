import * as v from "valibot";

const largestLayer = 8192;
const mostLayers = 8;

const wholeNumber = (name: string) =>
  v.pipe(
    v.number(`${name} is a number.`),
    v.safeInteger(`${name} is a whole number.`),
    v.minValue(0, `${name} is not negative.`),
  );

const layer = v.pipe(
  v.number("A hidden size is a number."),
  v.integer("A hidden size is a whole number."),
  v.minValue(1, "A hidden size is at least 1."),
  v.maxValue(largestLayer, `A hidden size is at most ${largestLayer}.`),
);
const layers = v.pipe(
  v.array(layer, "hidden is a size or a list of sizes, e.g. 16 or [64, 64]."),
  v.maxLength(mostLayers, `A policy has at most ${mostLayers} hidden layers.`),
);
const positive = (name: string) =>
  v.pipe(
    v.number(`${name} is a number.`),
    v.finite(`${name} is finite.`),
    v.gtValue(0, `${name} is above 0.`),
  );
const name = (what: string) => v.pipe(v.string(`${what} is a text.`), v.minLength(1), v.maxLength(200));
const oneOf = <const Options extends readonly string[]>(what: string, options: Options) =>
  v.picklist(options, `${what} is one of ${options.join(", ")}.`);

export const backendNames = ["auto", "kernels", "tensorflow", "webgpu"] as const;

/** What a person or a keybinding may ask of a new run; all of it may be left out. */
export const trainArguments = v.strictObject(
  {
    environment: v.optional(name("environment")),
    algorithm: v.optional(name("algorithm")),
    seed: v.optional(wholeNumber("seed")),
    hidden: v.optional(
      v.union(
        [
          layers,
          v.pipe(
            layer,
            v.transform((size) => [size]),
          ),
        ],
        `hidden is a size from 1 to ${largestLayer} or a list of at most ${mostLayers} sizes.`,
      ),
    ),
    backend: v.optional(oneOf("backend", backendNames)),
    activation: v.optional(oneOf("activation", ["relu", "tanh"])),
    bias: v.optional(v.boolean("bias is true or false.")),
    optimiser: v.optional(oneOf("optimiser", ["adam", "sgd"])),
    learningRate: v.optional(positive("learningRate")),
    gamma: v.optional(
      v.pipe(
        v.number("gamma is a number."),
        v.minValue(0, "gamma lies between 0 and 1."),
        v.maxValue(1, "gamma lies between 0 and 1."),
      ),
    ),
    clipNorm: v.optional(v.nullable(positive("clipNorm"))),
    value: v.optional(oneOf("value", ["none", "shared", "own"])),
    valueLearningRate: v.optional(v.nullable(positive("valueLearningRate"))),
    sigma: v.optional(oneOf("sigma", ["network", "parameter"])),
    sigmaBy: v.optional(oneOf("sigmaBy", ["exp", "softplus"])),
    environments: v.optional(v.pipe(wholeNumber("environments"), v.minValue(1))),
    batch: v.optional(v.pipe(wholeNumber("batch"), v.minValue(1))),
    epochs: v.optional(v.pipe(wholeNumber("epochs"), v.minValue(1))),
    minibatches: v.optional(v.pipe(wholeNumber("minibatches"), v.minValue(1))),
    targets: v.optional(v.pipe(v.string("targets is a text."), v.maxLength(4096))),
    adamEpsilon: v.optional(positive("adamEpsilon")),
    annealSteps: v.optional(v.nullable(v.pipe(wholeNumber("annealSteps"), v.minValue(1)))),
    dropout: v.optional(
      v.pipe(
        v.number("dropout is a number."),
        v.minValue(0, "dropout is not negative."),
        v.ltValue(1, "dropout lies below 1."),
      ),
    ),
    bootstrapTruncated: v.optional(v.boolean("bootstrapTruncated is true or false.")),
    loss: v.optional(v.pipe(v.string("loss is a text."), v.maxLength(4096, "A loss has at most 4 KiB."))),
    updates: v.optional(v.pipe(wholeNumber("updates"), v.minValue(1, "updates is at least 1."))),
    paused: v.optional(v.boolean("paused is true or false.")),
  },
  (issue) => `There is no argument ${issue.expected === "never" ? describeKey(issue) : "of that form"}.`,
);

export type TrainArguments = v.InferOutput<typeof trainArguments>;

/** Reads the argument object of Train REINFORCE: the checked values, or one sentence that names what is wrong. */
export function readTrainArguments(
  value: unknown,
): { ok: true; arguments: TrainArguments } | { ok: false; message: string } {
  if (Array.isArray(value)) return { ok: false, message: "The argument is one object, not a list." };
  const result = v.safeParse(trainArguments, value, { abortEarly: true });
  if (result.success) return { ok: true, arguments: result.output };
  return { ok: false, message: result.issues[0].message };
}

function describeKey(issue: v.BaseIssue<unknown>): string {
  const key = issue.path?.at(-1)?.key;
  return `“${String(key)}”; there are ${Object.keys(trainArguments.entries).join(", ")}`;
}

/** Reads hidden sizes as a person types them: "16", "64, 64", "64x64", or nothing for the default. */
export function parseHidden(
  text: string,
): { ok: true; hidden: number[] | undefined } | { ok: false; message: string } {
  const trimmed = text.trim();
  if (trimmed === "") return { ok: true, hidden: undefined };
  const sizes = trimmed
    .split(/\s*[,x×\s]\s*/)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  const result = v.safeParse(layers, sizes, { abortEarly: true });
  if (result.success) return { ok: true, hidden: result.output };
  return { ok: false, message: `Sizes from 1 to ${largestLayer}, e.g. 16 or 64, 64.` };
}

/** Reads a seed as a person types it; nothing is seed 1. */
export function parseSeed(text: string): { ok: true; seed: number } | { ok: false; message: string } {
  const trimmed = text.trim();
  const seed = trimmed === "" ? 1 : Number(trimmed);
  const right = /^\d*$/.test(trimmed) && Number.isSafeInteger(seed);
  return right ? { ok: true, seed } : { ok: false, message: "A seed is a whole number from 0 to 2⁵³ − 1." };
}

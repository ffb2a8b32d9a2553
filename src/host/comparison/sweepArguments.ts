import { createHash } from "node:crypto";
import * as v from "valibot";

/** Trials that the editor starts at once; larger sweeps are the command line's. */
const mostTrials = 200;

const name = v.pipe(v.string(), v.regex(/^\w[\w.-]{0,99}$/, "A name has letters, digits, dots and hyphens."));

/** What a person or a keybinding asks of a comparison that is to be trained. */
export const sweepArguments = v.strictObject({
  environment: name,
  algorithms: v.pipe(v.array(name), v.minLength(1, "Name an algorithm."), v.maxLength(50)),
  seeds: v.pipe(
    v.string(),
    v.trim(),
    v.check((text) => countSeeds(text) > 0, "Seeds are a list like 1-5 or 1,2,8."),
  ),
  /** Environment steps of every run; null to train until it is solved. */
  steps: v.nullable(
    v.pipe(
      v.number(),
      v.safeInteger("Steps are a whole number."),
      v.minValue(1, "A run has at least 1 step."),
    ),
  ),
});

export type SweepArguments = v.InferOutput<typeof sweepArguments>;

/** How many seeds a list like "1-3,8" names; 0 where it is none. */
export function countSeeds(text: string): number {
  let count = 0;
  for (const part of text.split(",")) {
    const [, first, last = first] = /^\s*(\d{1,9})(?:-(\d{1,9}))?\s*$/.exec(part) ?? [];
    const size = Number(last) - Number(first) + 1;
    if (!(size >= 1)) return 0;
    count += size;
  }
  return count;
}

/** How many runs are asked for, or why they are not begun. */
export function trialCount({ algorithms, seeds }: SweepArguments): number {
  const count = algorithms.length * countSeeds(seeds);
  if (count <= mostTrials) return count;
  throw new Error(
    `That is ${count} runs; at most ${mostTrials} are trained from here. pgi sweep takes more.`,
  );
}

/** The words of `pgi sweep` that ask for it. */
export function sweepWords({ environment, algorithms, seeds, steps }: SweepArguments): readonly string[] {
  const limit = steps === null ? ["--until-solved"] : ["--steps", String(steps)];
  const list = seeds.replaceAll(/\s/g, "");
  return ["--environment", environment, "--algorithm", algorithms.join(","), "--seeds", list, ...limit];
}

/** The name of the sweep's folder: the same question has the same, so that asking it again goes on with it. */
export function sweepFolderName(asked: SweepArguments): string {
  const { environment, algorithms } = asked;
  const key = createHash("sha256")
    .update(JSON.stringify(sweepWords(asked)))
    .digest("hex")
    .slice(0, 8);
  const named = algorithms.length <= 3 ? algorithms.join("-") : `${algorithms.length}-algorithms`;
  return `${environment}-${named}-${key}`.slice(-100);
}

import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { UserError } from "../../engine/userError.ts";
import { ensureSweepsFolder, runExtension, safeFileName } from "../../runs/folder.ts";
import { withRunErrors } from "../../runs/runError.ts";
import { axes } from "./axes.ts";
import { type Grid, shortValue, type TrialWords, trialsOf, varied } from "./grid.ts";

const text = v.pipe(v.string(), v.maxLength(65_536));
const words = v.record(text, text);

/** What `sweep.json` holds: the question. */
const manifestForm = v.object({
  format: v.literal("pgi sweep"),
  version: v.literal(1),
  values: v.record(text, v.pipe(v.array(text), v.maxLength(10_000))),
  shared: words,
});

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const figure = v.nullable(v.number());

const resultForm = v.object({
  trial: count,
  state: v.picklist(["done", "failed"]),
  reason: v.nullable(text),
  updates: count,
  episodes: count,
  steps: count,
  last100: figure,
  solvable: v.boolean(),
  solvedAfter: v.nullable(count),
  seconds: v.number(),
});

/**
 * What came of one trial. `last100`: mean return of the last 100 episodes, null before the first; `solvable`: whether the
 * environment has an average that counts as solved; `solvedAfter`: episodes after which it was reached, null where it
 * never was; `seconds` of training.
 */
export type TrialResult = v.InferOutput<typeof resultForm>;

/** One trial of a sweep with the file of its run. */
export interface Trial {
  readonly number: number;
  readonly words: TrialWords;
  readonly run: string;
}

/** Largest manifest or list of results that is read, in bytes. */
const mostBytes = 2 ** 26;

/** The folder of a sweep: the question, the results so far, one run a trial. */
export class SweepFolder {
  readonly path: string;
  readonly grid: Grid;
  readonly trials: readonly Trial[];
  readonly results = new Map<number, TrialResult>();

  /** Opens or makes the folder for this grid. Throws UserError where it holds another sweep, or something else. */
  constructor(path: string, grid: Grid) {
    this.path = path;
    this.grid = grid;
    this.trials = trialsOf(grid).map((trial, index) => ({
      number: index + 1,
      words: trial,
      run: join(path, `${safeFileName(`${index + 1}-${trialName(grid, trial)}`)}${runExtension}`),
    }));
    withRunErrors(path, () => mkdirSync(path, { recursive: true }));
    if (isFile(this.#manifest)) this.#checkSame();
    else this.#writeManifest();
    this.#readResults();
  }

  get #manifest(): string {
    return join(this.path, "sweep.json");
  }

  get #list(): string {
    return join(this.path, "results.jsonl");
  }

  /** The trials that have no result yet, or whose run is gone; with `retry` those that failed too. */
  left(retry: boolean): readonly Trial[] {
    return this.trials.filter((trial) => {
      const result = this.results.get(trial.number);
      if (result === undefined) return true;
      return result.state === "failed" ? retry : !isFile(trial.run);
    });
  }

  /** Notes a result, on the disk before it counts. */
  record(result: TrialResult): void {
    withRunErrors(this.path, () =>
      appendFileSync(this.#list, `${JSON.stringify(result)}\n`, { flush: true }),
    );
    this.results.set(result.trial, result);
  }

  #checkSame(): void {
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), manifestForm), readBounded(this.#manifest));
    if (!read.success)
      throw new UserError("wrong_data", `${this.#manifest} is no sweep that this version can read.`, another);
    const { values, shared } = read.output;
    if (keyOf({ values, shared }) === keyOf(this.grid)) return;
    throw new UserError("usage", `${this.path} holds a sweep over something else.`, another);
  }

  #writeManifest(): void {
    const { values, shared } = this.grid;
    const manifest = { format: "pgi sweep", version: 1, values, shared };
    withRunErrors(this.path, () => {
      writeFileSync(`${this.#manifest}.new`, `${JSON.stringify(manifest, undefined, 2)}\n`, { flush: true });
      renameSync(`${this.#manifest}.new`, this.#manifest);
    });
  }

  /** A line that a killed sweep left half written is no result, and neither is one of a trial that there is not. */
  #readResults(): void {
    if (!isFile(this.#list)) return;
    const content = readBounded(this.#list);
    // The next result must not continue a torn line.
    if (content !== "" && !content.endsWith("\n")) appendFileSync(this.#list, "\n");
    for (const line of content.split("\n")) {
      const read = v.safeParse(v.pipe(v.string(), v.parseJson(), resultForm), line);
      if (read.success && this.trials[read.output.trial - 1])
        this.results.set(read.output.trial, read.output);
    }
  }
}

const another = "Name another folder with --out.";

/** The same text for the same question. */
function keyOf({ values, shared }: Grid): string {
  const sorted = (record: object) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted(values), sorted(shared)]);
}

/** The place of a grid among the sweeps of the folder that one works in; the same grid always gets the same. Throws RunError. */
export function usualFolder(folder: string, grid: Grid): string {
  const key = createHash("sha256").update(keyOf(grid)).digest("hex").slice(0, 8);
  const named = ["environment", "algorithm"].flatMap((option) => grid.values[option] ?? []).slice(0, 3);
  return join(ensureSweepsFolder(folder), safeFileName(`${[...named, key].join("-")}`));
}

/** What tells a trial from the others: "ppo lr 0.001 seed 3". */
export function trialName(grid: Grid, trial: TrialWords): string {
  const named = varied(grid).length > 0 ? varied(grid) : ["environment", "algorithm"];
  const parts = axes
    .filter(({ option }) => named.includes(option) && trial[option] !== undefined)
    .map(({ option, kind }) => {
      const value = shortValue(grid, option, trial[option] as string);
      return kind === "name" || kind === "text" ? value : `${option} ${value}`;
    });
  return [...parts, `seed ${trial.seed}`].join(" ");
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readBounded(path: string): string {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > mostBytes)
    throw new UserError("wrong_data", `${path} is too large to be a part of a sweep.`, another);
  return withRunErrors(path, () => readFileSync(path, "utf8"));
}

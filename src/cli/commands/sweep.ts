import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { isGym } from "../../engine/gym/gymRecord.ts";
import { policyOf } from "../../engine/runPolicy.ts";
import { isInParts, resolveSettings } from "../../engine/settings.ts";
import { UserError } from "../../engine/userError.ts";
import { RunError } from "../../runs/runError.ts";
import { acquireWriterLock, type WriterLock } from "../../runs/writerLock.ts";
import type { CommandRecord, Parsed } from "../command.ts";
import { refusesLoss } from "../lossArgument.ts";
import { type Console, counted, type ExitCode, jsonLine } from "../output.ts";
import { axes, axisOptions, readValues, requestOf } from "../sweep/axes.ts";
import { writeCurves } from "../sweep/curves.ts";
import { SweepFolder, trialName, usualFolder } from "../sweep/folder.ts";
import { type Grid, type TrialWords, trialsOf } from "../sweep/grid.ts";
import { ProgressLine } from "../sweep/progressLine.ts";
import { runTrials } from "../sweep/runTrials.ts";
import { resultText, settingObject, summarise, summaryTable, trialObject } from "../sweep/summary.ts";

export const sweepCommand: CommandRecord = {
  name: "sweep",
  usage: "[--seeds 1-10] [--algorithm ID,ID] [--learning-rate X,X] [options]",
  summary: "train every combination of settings and seeds on all cores",
  details: `
Every option that takes a list is gone through; each combination is a trial, a run of its own in the sweep's folder.
The same words again go on where a sweep was stopped or killed: only what is left or unfinished is trained.
A trial ends as that of pgi train: --until-solved (default), --updates or --steps.`,
  positionals: [0, 0],
  options: {
    ...axisOptions,
    "until-solved": { help: "train until the average of 100 episodes counts as solved" },
    updates: { value: "N", help: "train until update N" },
    steps: { value: "N", help: "train for N environment steps" },
    backend: { value: "NAME", help: "what computes (default kernels: a core for each trial)" },
    python: { value: "PATH", help: "the Python that steps environments of Gymnasium" },
    jobs: { value: "N", help: "trials at a time (default: the cores of this machine)" },
    out: { value: "FOLDER", help: "the sweep's folder (default: one in .policy-gradient/sweeps)" },
    "retry-failed": { help: "train the trials that failed once more" },
    csv: { value: "FILE", help: "write the learning curves of all trials as CSV" },
    json: { help: "JSON Lines: one object a trial, a last one with the summary" },
  },
  run: sweep,
};

async function sweep(parsed: Parsed, console: Console): Promise<ExitCode> {
  const json = parsed.flag("json");
  const jobs = parsed.integer("jobs", 1) ?? availableParallelism();
  const csv = parsed.text("csv");
  if (csv !== undefined) checkFilePlace(csv);
  const grid = readGrid(parsed);
  if (refusesTrials(trialsOf(grid), console)) return 2;
  const folder = new SweepFolder(parsed.text("out") ?? usualFolder(process.cwd(), grid), grid);
  const lock = lockFolder(folder.path);
  try {
    const isWhole = await train(folder, jobs, parsed.flag("retry-failed"), json, console);
    if (csv !== undefined) writeCurves(folder, csv);
    return report(folder, isWhole, json, console);
  } finally {
    lock.release();
  }
}

/** Before hours of training, not after them. */
function checkFilePlace(path: string): void {
  if (isFolder(path))
    throw new UserError(
      "usage",
      `--csv ${path} is a folder.`,
      `Name a file, as ${join(path, "curves.csv")}.`,
    );
  if (!isFolder(dirname(path)))
    throw new UserError("usage", `--csv ${path}: there is no folder ${dirname(path)}.`, "Create it first.");
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The lists of the options, and what all trials share. Throws UserError. */
function readGrid(parsed: Parsed): Grid {
  const defaults: Readonly<Record<string, string>> = {
    environment: "CartPole-v1",
    algorithm: "reinforce",
    seed: "1",
  };
  const given = axes.flatMap((axis) => {
    const words = parsed.text(axis.option === "seed" ? "seeds" : axis.option) ?? defaults[axis.option];
    return words === undefined ? [] : [[axis.option, readValues(axis, words)] as const];
  });
  return { values: Object.fromEntries(given), shared: readShared(parsed) };
}

function readShared(parsed: Parsed): TrialWords {
  const updates = parsed.integer("updates", 1);
  const steps = parsed.integer("steps", 1);
  const python = parsed.text("python");
  const untilSolved = parsed.flag("until-solved") || (updates === undefined && steps === undefined);
  return {
    backend: parsed.text("backend") ?? "kernels",
    ...(untilSolved && { "until-solved": "" }),
    ...(updates !== undefined && { updates: String(updates) }),
    ...(steps !== undefined && { steps: String(steps) }),
    ...(python !== undefined && { python }),
  };
}

/** Checks every trial before the first starts: throws UserError for a setting, prints what is wrong with a loss. */
function refusesTrials(trials: readonly TrialWords[], console: Console): boolean {
  const seen = new Set<string>();
  for (const { seed, ...words } of trials) {
    const request = requestOf(words);
    const key = JSON.stringify(words);
    if (seen.has(key) || isGym(words.environment as string)) continue;
    seen.add(key);
    const resolved = resolveSettings({ ...request, loss: undefined });
    if (refusesLoss(request.loss, console, policyOf(resolved), isInParts(resolved.settings))) return true;
  }
  return false;
}

function lockFolder(path: string): WriterLock {
  try {
    return acquireWriterLock(join(path, "sweep.json"));
  } catch (error) {
    if (!(error instanceof RunError && error.code === "writing")) throw error;
    throw new UserError("busy", `Another pgi sweep is at work in ${path}.`, "Wait for it, or stop it first.");
  }
}

/** Trains what is left. @returns whether it came to the end, not stopped on the way. */
async function train(
  folder: SweepFolder,
  jobs: number,
  retry: boolean,
  json: boolean,
  console: Console,
): Promise<boolean> {
  const left = folder.left(retry);
  const before = folder.trials.length - left.length;
  if (!json) console.out(introduction(folder, before, Math.min(jobs, left.length)));
  const line = new ProgressLine(console, folder.trials.length, before);
  const underWay = runTrials(folder, left, jobs, (trial, result) => {
    if (json) console.out(jsonLine(trialObject(trial, result)));
    else line.add(`${trialName(folder.grid, trial.words)}: ${resultText(result)}`, result.state === "failed");
  });
  if (!json) line.draw();
  const { release, isStopped } = stopOnSignals(underWay.stop);
  try {
    await underWay.ended;
  } finally {
    release();
    line.clear();
  }
  return !isStopped();
}

function introduction({ trials, path }: SweepFolder, before: number, jobs: number): string {
  const done = before === 0 ? "" : `, ${before} done before`;
  return `${counted(trials.length, "trial")}${done}, ${jobs} at a time\n${path}\n`;
}

function stopOnSignals(stop: () => void): { release: () => void; isStopped: () => boolean } {
  let stopped = false;
  const stopOnce = () => {
    stopped = true;
    stop();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stopOnce);
  const release = () => {
    for (const signal of signals) process.off(signal, stopOnce);
  };
  return { release, isStopped: () => stopped };
}

function report(folder: SweepFolder, isWhole: boolean, json: boolean, console: Console): ExitCode {
  const settings = summarise(folder);
  const failed = settings.reduce((sum, setting) => sum + setting.failed, 0);
  const left = folder.left(false).length;
  if (json)
    console.out(
      jsonLine({ done: isWhole, left, failed, settings: settings.map(settingObject), out: folder.path }),
    );
  else {
    console.out(`\n${summaryTable(settings)}`);
    if (!isWhole) console.out(`Stopped with ${counted(left, "trial")} left; the same words go on.\n`);
    console.out(`${folder.path}\n`);
  }
  return isWhole && failed === 0 ? 0 : 1;
}

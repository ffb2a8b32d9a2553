import { statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { algorithms } from "../../algorithms/registry.ts";
import { Backends } from "../../engine/backends/backends.ts";
import { backendFor } from "../../engine/backends/forRun.ts";
import { backendNames } from "../../engine/backends/names.ts";
import { endingPythonOnFailure, type PythonPlace, resolveForTraining } from "../../engine/gym/forTraining.ts";
import { isGym } from "../../engine/gym/gymRecord.ts";
import { usualPython } from "../../engine/gym/places.ts";
import { PythonError } from "../../engine/gym/pythonProcess.ts";
import { policyOf } from "../../engine/runPolicy.ts";
import { runtimePlaces } from "../../engine/runtimes/places.ts";
import { isInParts, resolveSettings, type SettingsRequest } from "../../engine/settings.ts";
import { mostEpisodes, type SessionOptions, TrainingSession } from "../../engine/trainingSession.ts";
import { UserError } from "../../engine/userError.ts";
import { environments } from "../../environments/registry.ts";
import { newRunPath } from "../../runs/folder.ts";
import type { UpdateSummary } from "../../runs/summary.ts";
import type { CommandRecord, Parsed } from "../command.ts";
import { LiveLine } from "../liveLine.ts";
import { readLoss, refusesLoss } from "../lossArgument.ts";
import { type Console, type ExitCode, formatCount, jsonLine } from "../output.ts";
import { readHidden } from "../readHidden.ts";
import { checkSameSettings } from "../sameSettings.ts";
import { showUpdate } from "../showUpdate.ts";
import { introduction, report, updateObject } from "../trainReport.ts";

const listed = (names: readonly string[]) =>
  names.map((name, place) => (place === 0 ? `${name} (default)` : name)).join(", ");

export const trainCommand: CommandRecord = {
  name: "train",
  usage: "[--environment ID] [--algorithm ID] [--seed N] [options]",
  summary: "train a policy and record every update",
  details: `
Trains until --until-solved, --updates or --steps ends it (default: --until-solved), or Ctrl-C does; the run so far is kept.
--until-solved stops after ${formatCount(mostEpisodes)} episodes at the latest and exits 1 then.`,
  positionals: [0, 0],
  options: {
    environment: {
      value: "ID",
      help: `${listed(environments.map(({ id }) => id))}, or gym:ID for one of the Gymnasium of --python`,
    },
    algorithm: { value: "ID", help: listed(algorithms.map(({ id }) => id)) },
    python: {
      value: "PATH",
      help: `the Python that steps environments of Gymnasium (default ${usualPython})`,
    },
    seed: { value: "N", help: "whole number; everything random follows from it (default 1)" },
    hidden: { value: "N,N", help: "sizes of the hidden layers; 0 for a linear policy" },
    activation: { value: "NAME", help: "relu or tanh" },
    loss: { value: "FILE|TEXT", help: "a loss text, or a file that holds one" },
    optimiser: { value: "NAME", help: "adam or sgd" },
    "learning-rate": { value: "X", help: "step size α" },
    gamma: { value: "X", help: "discount γ, 0 to 1" },
    "clip-norm": { value: "X", help: "clip the gradient's norm" },
    value: { value: "HEAD", help: "a value estimate: none, shared (the policy's trunk) or own (a network)" },
    "value-learning-rate": { value: "X", help: "step size of an own value network" },
    sigma: { value: "FROM", help: "σ of a Gaussian policy from the network, or a parameter" },
    "sigma-by": { value: "NAME", help: "what makes σ positive: exp or softplus" },
    environments: {
      value: "N",
      help: "environments side by side, where updates wait for steps or Gymnasium steps them",
    },
    batch: {
      value: "N",
      help: "episodes per update, or steps of every environment, as the algorithm counts",
    },
    epochs: { value: "N", help: "how often a batch is gone through" },
    minibatches: { value: "N", help: "in how many parts, each an update" },
    targets: { value: "FILE|TEXT", help: "a text that computes adv and G_recorded before a batch's updates" },
    anneal: { value: "N", help: "let the step sizes fall to 0 in a straight line over N environment steps" },
    "adam-epsilon": { value: "X", help: "ε of Adam" },
    dropout: { value: "P", help: "drop units of the policy's hidden layers with this probability" },
    "bootstrap-truncated": {
      value: "true|false",
      help: "whether V of what follows stands behind a time limit; false treats it as an end",
    },
    backend: { value: "NAME", help: listed(["auto", ...backendNames]) },
    "until-solved": { help: "train until the average of 100 episodes counts as solved" },
    updates: { value: "N", help: "train until update N" },
    steps: { value: "N", help: "train for N environment steps" },
    out: { value: "FILE", help: "the run file (default: a new one in .policy-gradient/runs)" },
    force: { help: "replace an existing --out" },
    resume: {
      value: "FILE",
      help: "go on with a run where it stopped, with its own settings; --backend takes another",
    },
    show: { help: "print the last update's step table at the end" },
    "no-record": { help: "keep no updates: for measuring what recording costs" },
    json: { help: "JSON Lines: one object an update, a last one with done" },
    quiet: { help: "only the last line" },
  },
  run: train,
};

async function train(parsed: Parsed, console: Console): Promise<ExitCode> {
  const json = parsed.flag("json");
  const quiet = parsed.flag("quiet");
  const limit = readLimit(parsed);
  if (parsed.flag("no-record") && parsed.flag("show"))
    throw new UserError("usage", "--show needs a recorded update; leave --no-record or --show away.");
  const settings = readSettings(parsed);
  if (refuses(settings, parsed.text("resume") !== undefined, console)) return 2;
  const live = new LiveLine(console, json || quiet);
  const options = {
    limit,
    record: !parsed.flag("no-record"),
    onUpdate: (summary: UpdateSummary) => {
      if (json && !quiet) console.out(jsonLine(updateObject(summary)));
      else live.update(summary);
    },
  };
  const resume = parsed.text("resume");
  const session =
    resume === undefined
      ? await create(parsed, settings, options)
      : await takeUp(parsed, resume, settings, options);
  if (!json && !quiet) console.out(resume === undefined ? introduction(session) : resuming(session));
  const { interrupted, failure } = await runSession(session, limit.untilSolved, live, json, console);
  if (failure) throw withLog(failure, session.writer.path);
  if (parsed.flag("show")) await showUpdate(session.writer.path, undefined, {}, console);
  return limit.untilSolved && !session.solved && !interrupted ? 1 : 0;
}

/** Whether the loss cannot train the policy that the settings describe; of a run taken up, its own settings count. */
function refuses(settings: SettingsRequest, isResumed: boolean, console: Console): boolean {
  const isElsewhere = settings.environment !== undefined && isGym(settings.environment);
  if (settings.loss === undefined || isResumed || isElsewhere) return refusesLoss(settings.loss, console);
  const resolved = resolveSettings({ ...settings, loss: undefined });
  return refusesLoss(settings.loss, console, policyOf(resolved), isInParts(resolved.settings));
}

/** Trains to the end and reports, also where it failed. */
async function runSession(
  session: TrainingSession,
  untilSolved: boolean,
  live: LiveLine,
  json: boolean,
  console: Console,
): Promise<{ interrupted: boolean; failure: Error | undefined }> {
  const signals = stopOnSignals(session);
  const started = performance.now();
  const before = session.trainer.steps;
  let failure: Error | undefined;
  try {
    await session.run();
  } catch (error) {
    failure = error as Error;
  } finally {
    signals.release();
  }
  live.end();
  const seconds = (performance.now() - started) / 1000;
  report(session, { seconds, steps: session.trainer.steps - before, untilSolved }, json, console);
  return { interrupted: signals.interrupted(), failure };
}

function readLimit(parsed: Parsed) {
  const updates = parsed.integer("updates", 1);
  const steps = parsed.integer("steps", 1);
  const untilSolved = parsed.flag("until-solved") || (updates === undefined && steps === undefined);
  return { updates, steps, untilSolved };
}

/** What Python printed is kept beside the run, and the error says where. */
function withLog(failure: Error, run: string): Error {
  if (!(failure instanceof PythonError) || failure.detail === "") return failure;
  const log = `${run}.log`;
  writeFileSync(log, failure.detail);
  return new UserError(failure.code, failure.message, `All that Python said is in ${log}; the run is kept.`);
}

/** The Python that steps environments of Gymnasium, in the folder that one works in. */
function readPython(parsed: Parsed): PythonPlace {
  return { program: parsed.text("python") ?? usualPython, folder: process.cwd() };
}

async function create(
  parsed: Parsed,
  settings: SettingsRequest,
  options: SessionOptions,
): Promise<TrainingSession> {
  const resolved = await resolveForTraining(settings, readPython(parsed));
  return endingPythonOnFailure(resolved, async () => {
    const out = parsed.text("out") ?? newRunPath(process.cwd(), resolved.settings);
    if (statSync(out, { throwIfNoEntry: false })?.isDirectory())
      throw new UserError("usage", `--out ${out} is a folder.`, `Name a file, as ${join(out, "run.pgrun")}.`);
    const backend = await backendFor(new Backends(runtimePlaces(process.env)), resolved);
    return TrainingSession.create(out, resolved, { ...options, force: parsed.flag("force"), backend });
  });
}

/** Takes a run up with its own settings; those given beside --resume must be the same. Throws UserError. */
async function takeUp(
  parsed: Parsed,
  path: string,
  asked: SettingsRequest,
  options: SessionOptions,
): Promise<TrainingSession> {
  const out = parsed.text("out");
  if (out !== undefined && resolve(out) !== resolve(path))
    throw new UserError("usage", `--resume goes on in ${path} itself; leave --out away.`);
  const { backend, ...same } = asked;
  checkSameSettings(path, same);
  return TrainingSession.resume(path, { ...options, backend, python: readPython(parsed) });
}

function resuming(session: TrainingSession): string {
  return `Resuming ${session.writer.path} after update ${session.trainer.update}.\n`;
}

function readSettings(parsed: Parsed): SettingsRequest {
  return {
    environment: parsed.text("environment"),
    algorithm: parsed.text("algorithm"),
    seed: parsed.integer("seed"),
    hidden: readHidden(parsed.text("hidden")),
    activation: parsed.text("activation") as SettingsRequest["activation"],
    loss: readLoss(parsed.text("loss")),
    optimiser: parsed.text("optimiser") as SettingsRequest["optimiser"],
    learningRate: parsed.number("learning-rate"),
    gamma: parsed.number("gamma"),
    clipNorm: parsed.number("clip-norm"),
    backend: parsed.text("backend") as SettingsRequest["backend"],
    value: parsed.text("value") as SettingsRequest["value"],
    valueLearningRate: parsed.number("value-learning-rate"),
    sigma: parsed.text("sigma") as SettingsRequest["sigma"],
    sigmaBy: parsed.text("sigma-by") as SettingsRequest["sigmaBy"],
    environments: parsed.integer("environments", 1),
    batch: parsed.integer("batch", 1),
    epochs: parsed.integer("epochs", 1),
    minibatches: parsed.integer("minibatches", 1),
    targets: readLoss(parsed.text("targets")),
    annealSteps: parsed.integer("anneal", 1),
    adamEpsilon: parsed.number("adam-epsilon"),
    dropout: parsed.number("dropout"),
    bootstrapTruncated: parsed.truth("bootstrap-truncated"),
  };
}

/** Stops a session when the process is asked to end; `interrupted` tells whether it was, `release` ends the watch. */
function stopOnSignals(session: TrainingSession): { interrupted: () => boolean; release: () => void } {
  let interrupted = false;
  const stop = () => {
    interrupted = true;
    void session.stop();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    interrupted: () => interrupted,
    release: () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}

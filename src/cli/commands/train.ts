import { existsSync, readFileSync, statSync } from "node:fs";
import { resolveSettings, type SettingsRequest } from "../../engine/settings.ts";
import { mostEpisodes, TrainingSession } from "../../engine/trainingSession.ts";
import { UserError } from "../../engine/userError.ts";
import { newRunPath } from "../../runs/folder.ts";
import type { UpdateSummary } from "../../runs/summary.ts";
import type { CommandRecord, Parsed } from "../command.ts";
import { LiveLine } from "../liveLine.ts";
import { type Console, type ExitCode, jsonLine } from "../output.ts";
import { showUpdate } from "../showUpdate.ts";

export const trainCommand: CommandRecord = {
  name: "train",
  usage: "[--environment ID] [--algorithm ID] [--seed N] [options]",
  summary: "train a policy and record every update",
  details: `
Trains until --until-solved, --updates or --steps ends it (default: --until-solved), or Ctrl-C does; the run so far is kept.
--until-solved stops after ${mostEpisodes} episodes at the latest and exits 1 then.`,
  positionals: [0, 0],
  options: {
    environment: { value: "ID", help: "CartPole-v1 (default), ShortCorridor" },
    algorithm: { value: "ID", help: "reinforce (default), reinforce-no-gamma-t, reinforce-normalized" },
    seed: { value: "N", help: "whole number; everything random follows from it (default 1)" },
    hidden: { value: "N,N", help: "sizes of the hidden layers; 0 for a linear policy" },
    activation: { value: "NAME", help: "relu or tanh" },
    loss: { value: "FILE|TEXT", help: "a loss text, or a file that holds one" },
    optimiser: { value: "NAME", help: "adam or sgd" },
    "learning-rate": { value: "X", help: "step size α" },
    gamma: { value: "X", help: "discount γ, 0 to 1" },
    "clip-norm": { value: "X", help: "clip the gradient's norm" },
    backend: { value: "NAME", help: "auto (default) or kernels" },
    "until-solved": { help: "train until the average of 100 episodes counts as solved" },
    updates: { value: "N", help: "train until update N" },
    steps: { value: "N", help: "train for N environment steps" },
    out: { value: "FILE", help: "the run file (default: a new one in .policy-gradient/runs)" },
    force: { help: "replace an existing --out" },
    resume: { value: "FILE", help: "go on with a run where it stopped" },
    show: { help: "print the last update's step table at the end" },
    "no-record": { help: "keep no updates: for measuring what recording costs" },
    json: { help: "JSON Lines: one object an update, a last one with done" },
  },
  run: train,
};

async function train(parsed: Parsed, console: Console): Promise<ExitCode> {
  const json = parsed.flag("json");
  const limit = readLimit(parsed);
  const live = new LiveLine(console, json);
  const options = {
    limit,
    record: !parsed.flag("no-record"),
    onUpdate: (summary: UpdateSummary) => {
      if (json) console.out(jsonLine(updateObject(summary)));
      else live.update(summary);
    },
  };
  const session = await openSession(parsed, options, console, json);
  const interrupted = stopOnSignals(session);
  const started = performance.now();
  const before = { steps: session.trainer.steps };
  let failure: Error | undefined;
  try {
    await session.run();
  } catch (error) {
    failure = error as Error;
  }
  live.end();
  const seconds = (performance.now() - started) / 1000;
  report(session, seconds, session.trainer.steps - before.steps, json, console);
  if (failure) throw failure;
  if (parsed.flag("show")) await showUpdate(session.writer.path, undefined, {}, console);
  if (interrupted()) return 0;
  return limit.untilSolved && !session.solved ? 1 : 0;
}

function readLimit(parsed: Parsed) {
  const updates = parsed.integer("updates", 1);
  const steps = parsed.integer("steps", 1);
  const untilSolved = parsed.flag("until-solved") || (updates === undefined && steps === undefined);
  return { updates, steps, untilSolved };
}

async function openSession(
  parsed: Parsed,
  options: ConstructorParameters<typeof TrainingSession>[2],
  console: Console,
  json: boolean,
): Promise<TrainingSession> {
  const resume = parsed.text("resume");
  if (resume !== undefined) {
    const session = await TrainingSession.resume(resume, options);
    if (!json) console.out(`Resuming ${resume} after update ${session.trainer.update}.\n`);
    return session;
  }
  const resolved = resolveSettings(readSettings(parsed));
  const out = parsed.text("out") ?? newRunPath(process.cwd(), resolved.settings);
  const session = TrainingSession.create(out, resolved, { ...options, force: parsed.flag("force") });
  if (!json) console.out(introduction(session));
  return session;
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
  };
}

function readHidden(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  if (text === "0" || text === "") return [];
  return text.split(",").map((word) => {
    const size = Number(word);
    if (Number.isInteger(size) && size > 0) return size;
    throw new UserError(
      "usage",
      `--hidden takes whole numbers like 128 or 64,64 (0: linear), not "${text}".`,
    );
  });
}

/** The loss of --loss: a file's text where there is such a file, else the words themselves. */
export function readLoss(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const isFile = given.length < 4096 && existsSync(given) && statSync(given).isFile();
  if (isFile) return readFileSync(given, "utf8");
  if (given.endsWith(".pgloss")) throw new UserError("missing_file", `There is no file ${given}.`);
  return given;
}

function introduction(session: TrainingSession): string {
  const { settings, algorithm } = session.trainer.resolved;
  const network = [
    session.trainer.backend.specification.observationSize,
    ...settings.hidden,
    session.trainer.backend.specification.actionCount,
  ];
  return `${algorithm.title} on ${settings.environment} · ${network.join("-")} ${settings.activation} · ${settings.optimiser} ${settings.learningRate} · γ ${settings.gamma} · seed ${settings.seed} · ${session.writer.metadata.backend.name}\n${session.writer.path}\n`;
}

function stopOnSignals(session: TrainingSession): () => boolean {
  let interrupted = false;
  const stop = () => {
    interrupted = true;
    void session.stop();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  return () => interrupted;
}

function updateObject(summary: UpdateSummary) {
  return {
    update: summary.update,
    episode: summary.episode,
    steps: summary.steps,
    return: summary.return,
    average_return_100: summary.averageReturn100,
    loss: summary.loss,
    grad_norm: summary.gradNorm,
    entropy: summary.entropy,
  };
}

function report(
  session: TrainingSession,
  seconds: number,
  steps: number,
  json: boolean,
  console: Console,
): void {
  const { trainer, writer, solved } = session;
  if (json) {
    const { episode: episodes, steps: all } = trainer;
    const backend = writer.metadata.backend.name;
    console.out(jsonLine({ done: true, solved, episodes, steps: all, seconds, backend, out: writer.path }));
    return;
  }
  const ending = solved ? "Solved" : session.state === "failed" ? "Failed" : "Stopped";
  const rate = Math.round(steps / Math.max(seconds, 1e-9)).toLocaleString("en-US");
  console.out(
    `${ending} after ${trainer.episode} episodes, ${trainer.steps.toLocaleString("en-US")} steps, ${seconds.toFixed(1)} s (${rate} steps/s). Average of the last 100: ${trainer.window.mean().toFixed(1)}.\n${writer.path}\n`,
  );
}

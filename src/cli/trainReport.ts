import { isDevice } from "../engine/backends/names.ts";
import { textsFor } from "../engine/settings.ts";
import type { TrainingSession } from "../engine/trainingSession.ts";
import { dimensionsOutside } from "../environments/spaces.ts";
import type { RunSettings } from "../protocol/views.ts";
import type { UpdateSummary } from "../runs/summary.ts";
import { type Console, counted, formatCount, jsonLine } from "./output.ts";

/** What is trained, where, into which file. */
export function introduction(session: TrainingSession): string {
  const { settings, algorithm } = session.trainer.resolved;
  const { backend } = session.writer.metadata;
  const { specification } = session.trainer.backend;
  const network = [specification.observationSize, ...settings.hidden, specification.actionCount].join("-");
  const parts = [
    `${algorithm.title} on ${settings.environment}`,
    ...(settings.loss === textsFor(algorithm, settings.environment).loss ? [] : ["another loss"]),
    settings.hidden.length === 0 ? `${network} linear` : `${network} ${settings.activation}`,
    ...headWords(settings, specification.gaussian !== undefined),
    ...batchWords(settings, algorithm.timing),
    `${settings.optimiser} ${settings.learningRate}${annealWords(settings)}`,
    ...unusualWords(settings),
    `γ ${settings.gamma}`,
    `seed ${settings.seed}`,
    backend.name,
  ];
  const where = isDevice(backend.name) ? `${backend.device}, ${backend.reason}\n` : "";
  return `${parts.join(" · ")}\n${where}${session.writer.path}\n`;
}

function headWords({ value, valueLearningRate, sigma, sigmaBy }: RunSettings, isGaussian: boolean): string[] {
  const rate = valueLearningRate === null ? "" : ` ${valueLearningRate}`;
  return [
    ...(isGaussian
      ? [`Gaussian, σ by ${sigmaBy} from ${sigma === "network" ? "the network" : "a parameter"}`]
      : []),
    ...(value === "none" ? [] : [value === "own" ? `V of its own${rate}` : "V on the same trunk"]),
  ];
}

function annealWords({ annealSteps }: RunSettings): string {
  return annealSteps === null ? "" : ` falling to 0 over ${formatCount(annealSteps)} steps`;
}

function unusualWords({ dropout, bootstrapTruncated }: RunSettings): string[] {
  return [
    ...(dropout === 0 ? [] : [`dropout ${dropout}`]),
    ...(bootstrapTruncated ? [] : ["a time limit counts as an end"]),
  ];
}

function batchWords(
  { environments, batch, epochs, minibatches }: RunSettings,
  timing: "episode" | "steps",
): string[] {
  const passes = epochs * minibatches === 1 ? "" : `, ${epochs} × ${minibatches} minibatches`;
  if (timing === "steps") return [`${environments} × ${batch} steps${passes}`];
  return batch === 1 ? [] : [`${batch} episodes${passes}`];
}

/** One update as `pgi train --json` prints it. */
export function updateObject(summary: UpdateSummary) {
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

/** How many actions of the last update counted as less than they were; empty where none did. */
function clippedLine({ trainer }: TrainingSession): string {
  const batch = trainer.made?.batch;
  if (batch === undefined) return "";
  const space = trainer.resolved.environment.create().actionSpace;
  const width = batch.actions.length / batch.steps;
  let clipped = 0;
  for (let t = 0; t < batch.steps; t++) {
    if (dimensionsOutside(space, batch.actions, t * width).length > 0) clipped++;
  }
  return clipped === 0
    ? ""
    : `${clipped} of the last update's ${counted(batch.steps, "action")} lay beyond their bounds and counted as the bound.\n`;
}

/** The last line: how training ended, after how much of it. `steps` and `seconds` are this session's. */
export function report(
  session: TrainingSession,
  { seconds, steps, untilSolved }: { seconds: number; steps: number; untilSolved: boolean },
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
  const ending =
    session.state === "failed"
      ? "Failed"
      : solved
        ? "Solved"
        : untilSolved && session.state === "finished"
          ? "Not solved"
          : "Stopped";
  const rate = steps > 0 ? ` (${formatCount(steps / Math.max(seconds, 1e-9))} steps/s)` : "";
  const average =
    trainer.episode === 0 ? "" : ` Average of the last 100: ${trainer.window.mean().toFixed(1)}.`;
  console.out(
    `${clippedLine(session)}${ending} after ${counted(trainer.episode, "episode")}, ${counted(trainer.steps, "step")}, ${seconds.toFixed(1)} s${rate}.${average}\n${writer.path}\n`,
  );
}

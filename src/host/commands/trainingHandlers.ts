import type { InstallableBackend } from "../../protocol/engine.ts";
import { readSettings } from "../settings.ts";
import { readTrainArguments, type TrainArguments } from "../training/trainArguments.ts";
import { pickTraining } from "../training/trainPicker.ts";
import { type CommandContext, type CommandHandler, requiredRun } from "./commandContext.ts";
import type { CommandAnswer } from "./commandTable.ts";
import { installOrSay } from "./runtimeHandlers.ts";

const done: CommandAnswer = { ok: true };

export const trainingHandlers = {
  train: (context, args) => startTraining(context, args, true),
  trainReinforce: (context, args) => startTraining(context, args, false),
  pause: async (context, args) => {
    await context.trainer.pause(requiredRun(context, args));
    return done;
  },
  resume: async (context, args) => {
    const run = await context.trainer.resume(requiredRun(context, args));
    return { ok: true, path: run.path };
  },
  oneUpdate: async (context, args) => {
    const update = await context.trainer.oneUpdate(requiredRun(context, args));
    return { ok: true, update };
  },
  stop: async (context, args) => {
    await context.trainer.stop(requiredRun(context, args));
    return done;
  },
  reset: async (context, args) => {
    const run = await context.trainer.reset(requiredRun(context, args));
    return { ok: true, path: run.path };
  },
  openPanel: async ({ panels }) => {
    panels.showMain();
    return done;
  },
  restartEngine: async ({ engine }) => {
    await engine.restart();
    return done;
  },
  showLog: async ({ log }) => {
    log.show(true);
    return done;
  },
} satisfies Record<string, CommandHandler>;

async function startTraining(
  context: CommandContext,
  args: readonly unknown[],
  asksAlgorithm: boolean,
): Promise<CommandAnswer> {
  const request = await readRequest(context, args, asksAlgorithm);
  if (request === undefined) return { ok: false, reason: "Nothing was started." };
  const run = await context.trainer.train(request);
  context.panels.follow(run.path, readSettings().openPanelOnTrain);
  return { ok: true, path: run.path };
}

async function readRequest(
  context: CommandContext,
  [request]: readonly unknown[],
  asksAlgorithm: boolean,
): Promise<TrainArguments | undefined> {
  if (request === undefined || isPanelTarget(request)) {
    const { engine, store, memory } = context;
    const install = (name: InstallableBackend) => installOrSay(name, context);
    const { backend } = readSettings();
    return pickTraining({ engine, store, memory, backend, install, asksAlgorithm });
  }
  const read = readTrainArguments(request);
  if (!read.ok) throw new Error(`${asksAlgorithm ? "Train" : "Train REINFORCE"}: ${read.message}`);
  return read.arguments;
}

/** A page's button names the page's run, not what to train. */
function isPanelTarget(request: unknown): boolean {
  return typeof request === "object" && request !== null && "path" in request;
}

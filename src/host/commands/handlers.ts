import type { PanelCommand } from "../../protocol/panel.ts";
import type { CommandHandler } from "./commandContext.ts";
import type { CommandId } from "./commandTable.ts";
import { copyHandlers } from "./copyHandlers.ts";
import { fileHandlers } from "./fileHandlers.ts";
import { lossHandlers } from "./lossHandlers.ts";
import { probeHandlers } from "./probeHandlers.ts";
import { proofHandlers } from "./proofHandlers.ts";
import { pythonHandlers } from "./pythonHandlers.ts";
import { recorderHandlers } from "./recorderHandlers.ts";
import { ruleHandlers } from "./ruleHandlers.ts";
import { runItemHandlers } from "./runItemHandlers.ts";
import { runtimeHandlers } from "./runtimeHandlers.ts";
import { traceHandlers } from "./traceHandlers.ts";
import { trainingHandlers } from "./trainingHandlers.ts";

export type CommandHandlers = Readonly<Record<CommandId, CommandHandler>>;

/** What each command does; the table says the rest. */
export const commandHandlers: CommandHandlers = {
  ...trainingHandlers,
  ...fileHandlers,
  ...runItemHandlers,
  ...runtimeHandlers,
  ...lossHandlers,
  ...copyHandlers,
  ...proofHandlers,
  ...ruleHandlers,
  ...pythonHandlers,
  ...probeHandlers,
  ...traceHandlers,
  ...recorderHandlers,
};

/** The command behind each one that a page may ask for. */
export const panelCommandIds: Record<PanelCommand, CommandId> = {
  train: "trainReinforce",
  pause: "pause",
  resume: "resume",
  oneUpdate: "oneUpdate",
  stop: "stop",
  reset: "reset",
  restartEngine: "restartEngine",
  showLog: "showLog",
  openRun: "openRun",
  exportCsv: "exportCsv",
  exportTrace: "exportTrace",
  exportPytorch: "exportPytorch",
  exportNumpy: "exportNumpy",
  openLossFile: "newLossFile",
};

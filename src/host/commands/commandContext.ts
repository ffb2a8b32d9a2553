import type * as vscode from "vscode";
import type { RunView } from "../../protocol/views.ts";
import type { Comparisons } from "../comparison/comparisons.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import type { LossEvaluations } from "../language/evaluations.ts";
import type { RuleExplanations } from "../language/ruleExplanations.ts";
import { targetRun } from "../model.ts";
import type { CommandTarget } from "../panel/panelServices.ts";
import type { Panels } from "../panel/panels.ts";
import type { RunsView } from "../runs/runsView.ts";
import type { DoctorPage } from "../runtimes/doctorPage.ts";
import type { HostStore } from "../store.ts";
import type { Traces } from "../traces/traces.ts";
import type { Trainer } from "../training/trainer.ts";
import type { CommandAnswer } from "./commandTable.ts";

/** What commands act with. */
export interface CommandContext {
  readonly store: HostStore;
  readonly engine: EngineHost;
  readonly trainer: Trainer;
  readonly panels: Panels;
  readonly runs: RunsView;
  readonly doctorPage: DoctorPage;
  readonly traces: Traces;
  readonly comparisons: Comparisons;
  readonly evaluations: LossEvaluations;
  readonly explanations: RuleExplanations;
  readonly log: vscode.LogOutputChannel;
  readonly memory: vscode.Memento;
  /** The extension's own storage, for runs where no folder is open. */
  readonly storage: vscode.Uri;
  /** The folder of the extension. */
  readonly extensionUri: vscode.Uri;
}

export type CommandHandler = (context: CommandContext, args: readonly unknown[]) => Promise<CommandAnswer>;

/** The run that a command is to act on: that of its arguments, else of the focused panel, else the newest. */
export function runOf({ store }: CommandContext, args: readonly unknown[]): RunView | undefined {
  const { path } = targetOf(args);
  return path === undefined || path === null ? targetRun(store.model) : store.model.runs[path];
}

/** Like `runOf`, for commands whose need of a run was checked before. */
export function requiredRun(context: CommandContext, args: readonly unknown[]): RunView {
  const run = runOf(context, args);
  if (run === undefined) throw new Error("No run is open.");
  return run;
}

/** Path and update named by a command's first argument, where it is an object that names them. */
export function targetOf(args: readonly unknown[]): CommandTarget {
  const [target] = args as [{ path?: unknown; update?: unknown } | null | undefined];
  return {
    path: typeof target?.path === "string" ? target.path : undefined,
    update: Number.isSafeInteger(target?.update) ? (target?.update as number) : undefined,
  };
}

/** The update that a command is to act on: named, else selected in the run's panel, else the newest. */
export function updateOf(context: CommandContext, args: readonly unknown[]): number {
  const run = requiredRun(context, args);
  const selected = context.panels.find(run.path)?.selectedUpdate;
  return targetOf(args).update ?? selected ?? run.progress.update;
}

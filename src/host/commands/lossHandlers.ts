import * as vscode from "vscode";
import type { RunView } from "../../protocol/views.ts";
import { type CommandContext, type CommandHandler, runOf, targetOf } from "./commandContext.ts";
import { type CommandAnswer, commandPrefix } from "./commandTable.ts";
import { lossDocument, lossTargetOf } from "./lossArguments.ts";

export const noLossFile = "Open a *.pgloss file first; “New Loss File” makes one.";

export const lossHandlers = {
  evaluateLoss: async (context, args) => {
    const target = lossTargetOf(args);
    const document = lossDocument(target);
    if (document === undefined) return refuse(noLossFile);
    const run = target.pick ? await pickRun(context) : (runOf(context, args) ?? (await pickRun(context)));
    if (run === undefined) return { ok: false, reason: "No run was chosen." };
    const update = updateOfRun(context, run);
    if (update === 0) return refuse(`${run.title} has made no update yet.`);
    const { outcome } = await context.evaluations.evaluate(document, run, update);
    if (outcome.ok) return { ok: true, path: run.path, update };
    return { ok: false, reason: "The loss has an error; it is underlined." };
  },
  showLossInPanel: async (context, args) => {
    const document = lossDocument(lossTargetOf(args));
    if (document === undefined) return refuse(noLossFile);
    const run = runOf(context, args) ?? (await pickRun(context));
    if (run === undefined) return { ok: false, reason: "No run was chosen." };
    const { update } = targetOf(args);
    const panel = context.panels.find(run.path) ?? context.panels.showMain();
    panel.bind(run.path);
    panel.reveal();
    if (update !== undefined) panel.select(update);
    panel.setLoss(document.getText());
    return { ok: true, path: run.path };
  },
} satisfies Record<string, CommandHandler>;

/** The update that is selected in the run's panel, else its newest; 0 where it has none. */
function updateOfRun({ panels }: CommandContext, run: RunView): number {
  return panels.find(run.path)?.selectedUpdate ?? run.progress.update;
}

/** Says why nothing was done, to the person and to a program alike. */
export function refuse(reason: string): CommandAnswer {
  void vscode.window.showInformationMessage(reason);
  return { ok: false, reason };
}

/** Asks which run; one that is not open yet is opened. */
async function pickRun({ store }: CommandContext): Promise<RunView | undefined> {
  const open = Object.values(store.model.runs).map((run) => ({
    label: run.title,
    description: `${run.progress.update} updates, ${run.progress.state}`,
    run,
  }));
  const other = { label: "$(folder-opened) Open Run…", description: "", run: undefined };
  const picked =
    open.length === 0
      ? other
      : await vscode.window.showQuickPick([...open, other], {
          title: "Evaluate Loss",
          placeHolder: "On which run?",
        });
  if (picked === undefined || picked.run !== undefined) return picked?.run;
  const answer = await vscode.commands.executeCommand<CommandAnswer>(`${commandPrefix}openRun`);
  return answer.ok && answer.path !== undefined ? store.model.runs[answer.path] : undefined;
}

import * as vscode from "vscode";
import { type Derivation, deriveLoss, isRule } from "../../loss/derive.ts";
import { readLoss } from "../../loss/editing/reading.ts";
import { derived } from "../../loss/ruleLines.ts";
import { toEdit } from "../language/positions.ts";
import { ruleMarkdown } from "../language/ruleMarkdown.ts";
import { lossLanguageId } from "../viewNames.ts";
import type { CommandContext, CommandHandler } from "./commandContext.ts";
import type { CommandAnswer } from "./commandTable.ts";
import { type LossTarget, lossDocument, lossTargetOf } from "./lossArguments.ts";
import { refuse } from "./lossHandlers.ts";

type Derived = Extract<Derivation, { ok: true }>;

const examples = "θ ← θ + α γ^t G ∇ln π(A|S,θ)   or   theta += alpha * delta * grad(log_pi)";

export const ruleHandlers = {
  /** The rules of a loss file where the cursor stands on one, else those selected in any file, else a rule that is typed. */
  turnRuleIntoLoss: async (context, args) => {
    const target = lossTargetOf(args);
    const document = lossDocument(target);
    if (target.text === undefined && document !== undefined && standsOnRule(document, target))
      return turnFile(context, document);
    const rule = target.text ?? selectedRule() ?? (await askRule());
    if (rule === undefined) return { ok: false, reason: "No rule was typed." };
    const derivation = deriveLoss(rule);
    if (!derivation.ok) return refuse(whyNot(derivation));
    return showLoss(context, rule, derivation);
  },
} satisfies Record<string, CommandHandler>;

/** What is selected in the editor, a box of a paper's source perhaps, where it looks like a rule. */
function selectedRule(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.document.getText(editor.selection) ?? "";
  return isRule(selected) ? selected : undefined;
}

function standsOnRule(document: vscode.TextDocument, { line }: LossTarget): boolean {
  const editor = vscode.window.activeTextEditor;
  const wanted = line ?? (editor?.document === document ? editor.selection.active.line : undefined);
  const { rules } = readLoss(document.getText());
  return rules.some(({ start }) => document.positionAt(start).line === wanted);
}

/** Makes comments of a file's rules and writes their loss below, as one edit that can be undone. */
async function turnFile(context: CommandContext, document: vscode.TextDocument): Promise<CommandAnswer> {
  const { text, rules, diagnostics } = readLoss(document.getText());
  const derivation = derived(text, rules);
  const [fix] = diagnostics.find(({ code }) => code === "update-rule")?.fixes ?? [];
  if (!derivation.ok || fix === undefined)
    return refuse(derivation.ok ? "This rule cannot be turned into a loss." : whyNot(derivation));
  const edit = new vscode.WorkspaceEdit();
  edit.set(
    document.uri,
    fix.edits.map((one) => toEdit(document, one)),
  );
  await vscode.workspace.applyEdit(edit);
  await context.explanations.show(ruleMarkdown(derivation));
  return { ok: true };
}

async function showLoss(context: CommandContext, rule: string, derivation: Derived): Promise<CommandAnswer> {
  const content = `# ${rule.trim().replaceAll("\n", "\n# ")}\n${derivation.loss}`;
  const document = await vscode.workspace.openTextDocument({ language: lossLanguageId, content });
  await vscode.window.showTextDocument(document);
  await context.explanations.show(ruleMarkdown(derivation));
  return { ok: true };
}

function askRule(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: "Turn Update Rule into Loss",
    prompt: "The rule as the book has it, in plain ASCII or in TeX",
    placeHolder: examples,
    ignoreFocusOut: true,
    validateInput: (text) => {
      if (text.trim() === "") return undefined;
      const derivation = deriveLoss(text);
      return derivation.ok ? undefined : whyNot(derivation);
    },
  });
}

function whyNot({ diagnostics }: Extract<Derivation, { ok: false }>): string {
  const [first] = diagnostics;
  if (first === undefined) return "This rule cannot be turned into a loss.";
  return first.hint === undefined ? first.message : `${first.message}; ${first.hint}`;
}

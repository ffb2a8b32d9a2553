import type { Source } from "../src/protocol/engine.ts";
import type { FindingView } from "../src/protocol/traceViews.ts";
import type { ColumnView, LossView, RunView, TermView, UpdateView } from "../src/protocol/views.ts";
import type { AskedProof, GoodEvaluation, PanelState } from "./state.ts";

/** The run that the page shows; null where there is none, or it shows a trace. */
export function shownRun({ host }: PanelState): RunView | null {
  const subject = host?.run ?? null;
  return subject?.settings === undefined ? null : subject;
}

/** Whether the page shows a trace, which was made elsewhere and cannot be trained on. */
export function isOfTrace({ host }: PanelState): boolean {
  return host?.trace !== undefined;
}

/** What the numbers of an update's own loss are called. */
export function ownWord(state: PanelState): "recorded" | "trainer" {
  return isOfTrace(state) ? "recorded" : "trainer";
}

/** An update's number; of a trace's by which its script called it too, where that is another. */
export function updateName({ update, trace }: Pick<UpdateView, "update" | "trace">): string {
  return trace === undefined || trace.number === update
    ? `${update}`
    : `${update} (${trace.number} in the script)`;
}

/** The rule that a trace's diagnosis reads from the selected update; null where it reads none. */
export function diagnosedRule({ host, update }: PanelState): string | null {
  const diagnosis = host?.trace?.diagnosis;
  const rule = diagnosis?.updates.find(({ place }) => place === update?.update)?.rule ?? null;
  return rule === null ? null : (diagnosis?.rules[rule]?.words ?? null);
}

/** What the trace's diagnosis found in the selected update. */
export function findingsOfUpdate({ host, update }: PanelState): readonly FindingView[] {
  const number = update?.trace?.number;
  const findings = host?.trace?.diagnosis?.findings;
  if (number === undefined || findings === undefined) return [];
  return findings.filter((finding) => isOf(finding, number));
}

/** Whether a finding is of an update; of one that is of many updates only the first are named. */
export function isOf(
  { updates, updateCount }: Pick<FindingView, "updates" | "updateCount">,
  number: number,
): boolean {
  if (updateCount === 0 || updates.includes(number)) return true;
  return updateCount > updates.length && number > Math.max(...updates);
}

/** The text in the loss editor: the person's draft, or the selected update's own loss. */
export function editorText(state: PanelState): string {
  return state.draft ?? state.update?.loss.text ?? shownRun(state)?.settings.loss ?? "";
}

/** Whether the editor holds another loss than the one the selected update was made with. */
export function isEdited(state: PanelState): boolean {
  return state.draft !== null && state.update !== null && state.draft !== state.update.loss.text;
}

/** Whether the editor's text could not be evaluated, so that the last good result stands. */
export function hasErrors(state: PanelState): boolean {
  return state.check !== null && !state.check.ok && state.check.text === editorText(state);
}

/** The evaluation that stands for the edited loss; null while nothing is edited or nothing has come out yet. */
export function editedEvaluation(state: PanelState): GoodEvaluation | null {
  return isEdited(state) ? state.evaluation : null;
}

/** Which numbers charts and tables show now: the wanted source where there is an edit, else the trainer's. */
export function shownSource(state: PanelState): Source {
  return editedEvaluation(state) === null ? "trainer" : state.source;
}

/** The loss whose columns are shown. */
export function shownLoss(state: PanelState): LossView | null {
  if (shownSource(state) === "trainer") return state.update?.loss ?? null;
  return state.evaluation?.loss ?? null;
}

/** Columns of the step table. A difference exists only for columns that both losses have. */
export function shownColumns(state: PanelState): readonly ColumnView[] {
  const loss = shownLoss(state);
  if (loss === null) return [];
  if (shownSource(state) !== "difference") return loss.columns;
  const common = new Set(state.update?.loss.columns.map((column) => column.name));
  return loss.columns.filter((column) => common.has(column.name));
}

/** The terms of the sum row, as the shown source counts them. */
export function shownTerms(state: PanelState): readonly TermView[] {
  const loss = shownLoss(state);
  if (loss === null || shownSource(state) !== "difference") return loss?.terms ?? [];
  const before = new Map(state.update?.loss.terms.map((term) => [term.column, term.sum]));
  return loss.terms
    .filter((term) => before.has(term.column))
    .map((term) => ({ ...term, sum: term.sum - before.get(term.column)! }));
}

/** The loss that the trainer uses now, as far as it is known here. */
export function trainingLoss(state: PanelState): string | null {
  const changes = state.curve?.lossChanges ?? [];
  return state.applied?.text ?? changes.at(-1)?.text ?? shownRun(state)?.settings.loss ?? null;
}

/** The proof asked for of what the editor holds and the selected update; null for none. */
export function shownProof(state: PanelState): AskedProof | null {
  const { proof, update } = state;
  if (proof === null || proof.update !== update?.update) return null;
  return proof.text === editorText(state) ? proof : null;
}

/** Names what the numbers of the selected update belong to; changes when they do. */
export function updateKey(state: PanelState): string | null {
  return state.update === null ? null : `${state.update.run}#${state.update.update}`;
}

/** Names the numbers that charts and the table show now. */
export function sourceKey(state: PanelState): string | null {
  const key = updateKey(state);
  if (key === null) return null;
  const source = shownSource(state);
  return source === "trainer" ? `${key} trainer` : `${key} ${source} ${state.revision}`;
}

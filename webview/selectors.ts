import type { Source } from "../src/protocol/engine.ts";
import type { ColumnView, LossView, TermView } from "../src/protocol/views.ts";
import type { AskedProof, GoodEvaluation, PanelState } from "./state.ts";

/** The text in the loss editor: the person's draft, or the selected update's own loss. */
export function editorText(state: PanelState): string {
  return state.draft ?? state.update?.loss.text ?? state.host?.run?.settings.loss ?? "";
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
  return state.applied?.text ?? changes.at(-1)?.text ?? state.host?.run?.settings.loss ?? null;
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

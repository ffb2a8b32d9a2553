import { type EditorState, StateField } from "@codemirror/state";
import { type LossReading, readLoss } from "../../src/loss/editing/reading.ts";

/** What the text in the editor says by itself: read once for each text, for colours, help and problems alike. */
export const lossReading = StateField.define<LossReading>({
  create: (state) => readLoss(state.doc.toString()),
  update: (reading, transaction) =>
    transaction.docChanged ? readLoss(transaction.newDoc.toString()) : reading,
});

export function readingOf(state: EditorState): LossReading {
  return state.field(lossReading);
}

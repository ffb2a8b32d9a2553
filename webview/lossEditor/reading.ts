import { type EditorState, StateField } from "@codemirror/state";
import { type LossReading, readLoss } from "../../src/loss/editing/reading.ts";
import { offerTranslation } from "../../src/loss/python/offer.ts";

/** What the text in the editor says by itself: read once for each text, for colours, help and problems alike. */
export const lossReading = StateField.define<LossReading>({
  create: (state) => read(state.doc.toString()),
  update: (reading, transaction) => (transaction.docChanged ? read(transaction.newDoc.toString()) : reading),
});

/** Reads a loss text; where it is Python, its problems offer the translation. */
export function read(text: string): LossReading {
  const reading = readLoss(text);
  return { ...reading, diagnostics: offerTranslation(text, reading.diagnostics) };
}

export function readingOf(state: EditorState): LossReading {
  return state.field(lossReading);
}

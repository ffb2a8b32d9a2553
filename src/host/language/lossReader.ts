import type * as vscode from "vscode";
import { type LossReading, readLoss } from "../../loss/editing/reading.ts";

interface Kept {
  readonly version: number;
  readonly reading: LossReading;
}

/** Readings of open loss files: one keystroke asks many providers, and each text is read once. */
export class LossReader {
  readonly #kept = new WeakMap<vscode.TextDocument, Kept>();

  read(document: vscode.TextDocument): LossReading {
    const { version } = document;
    const kept = this.#kept.get(document);
    if (kept?.version === version) return kept.reading;
    const reading = readLoss(document.getText());
    this.#kept.set(document, { version, reading });
    return reading;
  }
}

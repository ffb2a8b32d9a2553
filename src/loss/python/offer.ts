import type { Diagnostic, TextFix } from "../diagnostic.ts";
import { looksLikePython } from "./looksLikePython.ts";
import { type Translation, translatePython } from "./translate.ts";

/** A translation as the text of a loss: what was guessed stands above it as comments. */
export function commented({ text, notes }: Translation): string {
  return notes.map((note) => `# ${note}\n`).join("") + text;
}

/** The edit that makes a loss of a text that is Python, with what was guessed as its comment; undefined where it cannot be. */
export function translationFix(text: string): TextFix | undefined {
  const translation = looksLikePython(text) ? translatePython(text) : undefined;
  if (translation === undefined) return undefined;
  return {
    title: "Translate from Python",
    edits: [{ start: 0, end: text.length, text: commented(translation) }],
  };
}

/** The problems of a text; where it is Python that can be translated, the first error offers that before all else. */
export function offerTranslation(text: string, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const at = diagnostics.findIndex(({ severity }) => severity === "error");
  const fix = at < 0 ? undefined : translationFix(text);
  if (fix === undefined) return diagnostics;
  const first = diagnostics[at]!;
  return diagnostics.with(at, { ...first, fixes: [fix, ...(first.fixes ?? [])] });
}

export { translatePython };

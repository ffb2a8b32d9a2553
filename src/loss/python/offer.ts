import type { Diagnostic, TextFix } from "../diagnostic.ts";
import { looksLikePython } from "./looksLikePython.ts";
import { translatePython } from "./translate.ts";

/** The edit that makes a loss of a text that is Python, with what was guessed as its comment; undefined where it cannot be. */
export function translationFix(text: string): TextFix | undefined {
  const translation = looksLikePython(text) ? translatePython(text) : undefined;
  if (translation === undefined) return undefined;
  const comments = translation.notes.map((note) => `# ${note}\n`).join("");
  return {
    title: "Translate from Python",
    edits: [{ start: 0, end: text.length, text: comments + translation.text }],
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

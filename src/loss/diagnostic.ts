/** A half-open range of UTF-16 offsets into a loss text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** One replacement that would mend a diagnostic. */
export interface TextFix {
  readonly title: string;
  readonly edits: readonly (TextRange & { readonly text: string })[];
}

export type Severity = "error" | "warning" | "information" | "hint";

/**
 * Something a loss text's author should know. `message` names what is wrong,
 * `hint` what would be allowed. Wrong input is always a value like this, never an exception.
 */
export interface Diagnostic extends TextRange {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly fixes?: readonly TextFix[];
}

/** The order of the text; of two that begin together the shorter one first. */
export function byPlace(a: Diagnostic, b: Diagnostic): number {
  return a.start - b.start || a.end - b.end;
}

/** The wire form of a loss diagnostic; mirrors src/loss/diagnostic.ts so that this room imports nothing. */
export interface Diagnostic {
  readonly start: number;
  readonly end: number;
  readonly severity: "error" | "warning" | "information" | "hint";
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly fixes?: readonly {
    readonly title: string;
    readonly edits: readonly { readonly start: number; readonly end: number; readonly text: string }[];
  }[];
}

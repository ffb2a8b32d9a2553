import type { Diagnostic } from "../../src/protocol/shared.ts";

export type TokenKind =
  | "comment"
  | "number"
  | "name"
  | "function"
  | "operator"
  | "keyword"
  | "string"
  | "other";

export interface LossToken {
  readonly start: number;
  readonly end: number;
  readonly kind: TokenKind;
}

export interface LossCompletion {
  readonly name: string;
  readonly kind: "function" | "variable";
  readonly signature: string;
  readonly documentation: string;
}

/** What the editor needs of the loss language; all of it works on text alone. */
export interface LossLanguage {
  tokens(text: string): readonly LossToken[];
  /** What is wrong with the text as text, before it meets any data. */
  check(text: string): readonly Diagnostic[];
  readonly completions: readonly LossCompletion[];
}

/** A language of which nothing is known: the text stays plain. */
export const plainLanguage: LossLanguage = { tokens: () => [], check: () => [], completions: [] };

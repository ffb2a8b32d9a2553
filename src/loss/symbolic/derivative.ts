import type { Settings } from "../callSettings.ts";
import type { Term } from "./term.ts";

/** What a derivative is written from: an operator's adjoint g, its operands x, its value y, its settings. */
export interface Passing {
  readonly g: Term;
  readonly x: readonly Term[];
  readonly y: Term;
  readonly settings: Settings;
}

/** How an operator passes its adjoint on to its operands, as formulas of the language. */
export interface Derivative {
  /** Operands are broadcast against each other; what they were broadcast along is summed by whoever asks. */
  readonly elementwise: boolean;
  /** The adjoint of operand `of`; undefined where no formula of the language says it. */
  readonly pass: (passing: Passing, of: number) => Term | undefined;
}

export type DerivativeTable = Readonly<Record<string, Derivative>>;

export function elementwise(...passes: readonly ((passing: Passing) => Term | undefined)[]): Derivative {
  return { elementwise: true, pass: (passing, of) => passes[of]?.(passing) };
}

export function whole(...passes: readonly ((passing: Passing) => Term | undefined)[]): Derivative {
  return { elementwise: false, pass: (passing, of) => passes[of]?.(passing) };
}

/** Largest loss text, in bytes of UTF-8. */
export const MAXIMUM_BYTES = 4096;

/** Deepest nesting of brackets, calls, prefix operators and powers; an expression without any has depth 0. */
export const MAXIMUM_DEPTH = 64;

/** Most expression nodes in one program. */
export const MAXIMUM_NODES = 2000;

/** What one evaluation may allocate and compute; checked before it runs. */
export interface CostBudget {
  /** Elements of any one intermediate result. */
  readonly elements: number;
  /** Bytes of all values and adjoints together. */
  readonly bytes: number;
  /** Multiplications and additions of all operators together. */
  readonly operations: number;
}

/** Enough for a million steps of an ordinary loss, and far below what harms a small machine. */
export const DEFAULT_BUDGET: CostBudget = { elements: 2 ** 24, bytes: 2 ** 30, operations: 2 ** 29 };

/** Number of bytes of `text` in UTF-8; a lone surrogate counts as the three bytes of U+FFFD. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

import { BOOK_REWRITES } from "./bookSpelling.ts";
import { LETTER, type Rewrite, TEX_REWRITES } from "./texSpelling.ts";

/** A rule with the spellings of books and TeX made plain, and where each of its characters came from. */
export interface PlainRule {
  readonly text: string;
  /** The place in the text as it was given, for a place in the plain one. */
  source(offset: number): number;
  /** The end in the text as it was given, for an end in the plain one. */
  sourceEnd(offset: number): number;
}

/** Greek letters are words of their own where letters stand side by side: `αγG` is a product of three. */
const JOINED: Rewrite = [
  new RegExp(`(?<![${LETTER}_])([α-ωϵµ])(?=[${LETTER}])`, "g"),
  (match) => `${match[1]} `,
];

class Rewriter {
  text: string;
  private places: number[];

  constructor(text: string) {
    this.text = text;
    this.places = Array.from({ length: text.length + 1 }, (_, index) => index);
  }

  apply([pattern, plain]: Rewrite): void {
    let rewritten = "";
    const places: number[] = [];
    let from = 0;
    const copy = (until: number) => {
      rewritten += this.text.slice(from, until);
      for (let at = from; at < until; at++) places.push(this.places[at]!);
    };
    for (const match of this.text.matchAll(pattern)) {
      copy(match.index);
      const written = typeof plain === "string" ? plain : plain(match);
      const last = Math.max(match.index, match.index + match[0].length - 1);
      for (let k = 0; k < written.length; k++) places.push(this.places[Math.min(match.index + k, last)]!);
      rewritten += written;
      from = match.index + match[0].length;
    }
    copy(this.text.length);
    places.push(this.places.at(-1)!);
    this.text = rewritten;
    this.places = places;
  }

  finish(): PlainRule {
    const { text, places } = this;
    const place = (offset: number) => places[Math.min(Math.max(offset, 0), text.length)]!;
    return {
      text,
      source: place,
      sourceEnd: (offset) =>
        offset <= 0 ? 0 : offset >= text.length ? place(text.length) : place(offset - 1) + 1,
    };
  }
}

/**
 * Makes TeX (`\theta \leftarrow …`), Unicode subscripts, primes, hats and letters set side by side (`αγᵗG`) plain,
 * so that the one lexer reads them. Diagnostics find their way back to the text as it was given.
 */
export function plainRule(text: string): PlainRule {
  const rewriter = new Rewriter(text);
  for (const rewrite of [...TEX_REWRITES, ...BOOK_REWRITES]) rewriter.apply(rewrite);
  while (rewriter.text.search(JOINED[0]) >= 0) rewriter.apply(JOINED);
  return rewriter.finish();
}

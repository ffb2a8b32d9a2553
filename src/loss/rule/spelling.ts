/** A rule with the spellings of books and TeX made plain, and where each of its characters came from. */
export interface PlainRule {
  readonly text: string;
  /** The place in the text as it was given, for a place in the plain one. */
  source(offset: number): number;
  /** The end in the text as it was given, for an end in the plain one. */
  sourceEnd(offset: number): number;
}

type Rewrite = readonly [pattern: RegExp, plain: string | ((match: RegExpExecArray) => string)];

const TEX_WORDS: ReadonlyMap<string, string> = new Map([
  ...["leftarrow", "gets", "to", "longleftarrow"].map((word) => [word, " ← "] as const),
  ...["cdot", "times", "ast"].map((word) => [word, " * "] as const),
  ...["ln", "log", "exp", "min", "max", "tanh"].map((word) => [word, ` ${word} `] as const),
  ...["left", "right", "big", "Big", "bigl", "bigr", "displaystyle", "quad", "limits"].map(
    (word) => [word, ""] as const,
  ),
  ["nabla", " ∇"],
  ["sum", " Σ"],
  ["Delta", " Δ"],
  ["mid", "|"],
  ["vert", "|"],
  ["prime", "′"],
  ["alpha", "α"],
  ["beta", "β"],
  ["gamma", "γ"],
  ["delta", "δ"],
  ["epsilon", "ε"],
  ["varepsilon", "ε"],
  ["zeta", "ζ"],
  ["eta", "η"],
  ["theta", "θ"],
  ["vartheta", "θ"],
  ["lambda", "λ"],
  ["mu", "μ"],
  ["pi", "π"],
  ["rho", "ρ"],
  ["sigma", "σ"],
  ["tau", "τ"],
  ["phi", "φ"],
  ["varphi", "φ"],
  ["psi", "ψ"],
  ["omega", "ω"],
]);

/** Words that only say how a symbol is to be drawn: `\hat{v}`, `\mathbf{w}`, `\operatorname{ln}`. */
const DRAWN =
  /\\(?:hat|bar|tilde|vec|mathbf|boldsymbol|bm|mathrm|mathcal|mathit|text|textrm|operatorname|mathbb|widehat)\s*(?:\{([^{}]*)\}|(\\?[A-Za-z]+))/g;

const LETTER = "A-Za-zα-ωϵµ";

/** In this order. */
const REWRITES: readonly Rewrite[] = [
  [/\$\$?|\\[([\])]|\\[,;!: ]|\\\\/g, " "],
  [/_\s*\{\s*\\?([A-Za-zα-ω]+)\s*\}/g, (match) => `_${TEX_WORDS.get(match[1]!) ?? match[1]}`],
  [/_\\(theta|phi|psi|w)\b/g, (match) => `_${TEX_WORDS.get(match[1]!) ?? match[1]}`],
  [DRAWN, (match) => match[1] ?? match[2] ?? ""],
  [/\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, (match) => ` ((${match[1]})/(${match[2]})) `],
  [/\\([A-Za-z]+)/g, (match) => TEX_WORDS.get(match[1]!) ?? match[0].replace("\\", " ")],
  [/[\u0300-\u036f]/g, ""],
  [/[⟵⇐]|:=|<-(?!\s*\d)/g, "←"],
  [/[ₜ]₊₁/g, "_{t+1}"],
  [/ₜ/g, "_t"],
  [/ₖ/g, "_k"],
  [/₀/g, "_0"],
  [/([Ss])(?:\^?\{?[′'’]\}?|_\{t\s*\+\s*1\}|_t\+1)/g, (match) => `${match[1]}_next`],
  [/_\{\s*t\s*\+\s*1\s*\}/g, "_t1"],
  [/(?<=[A-Za-zθδ])_t\+1(?!\d)/g, "_t1"],
  [/([Σ∑])\s*(?:_\s*(?:\{[^{}]*\}|\w))?\s*(?:\^\s*(?:\{[^{}]*\}|\w))?/g, " Σ "],
  [/∇\s*_?\s*\{?\s*(?:θ|φ|ψ|theta\b|phi\b|psi\b|w\b|_\{[^{}]*\})\s*\}?(?:_t\b)?(?=\s*\S)/g, "∇ "],
  [/_\s*\{\s*([^{}]*?)\s*\}/g, (match) => `_${match[1]!.replace(/[^A-Za-z0-9α-ω]/g, "")}`],
  [/\^\s*\{\s*([^{}]*?)\s*\}/g, (match) => `^(${match[1]}) `],
  [/[{}]/g, " "],
  [/\^t(?=[A-Zα-ω])/g, "^t "],
  [/πθ|π_θ/g, "π"],
  [/([α-ωϵµ])_\s*([α-ω])/g, (match) => `${match[1]}_${match[2]}`],
];

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
  for (const rewrite of REWRITES) rewriter.apply(rewrite);
  while (rewriter.text.search(JOINED[0]) >= 0) rewriter.apply(JOINED);
  return rewriter.finish();
}

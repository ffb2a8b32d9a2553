/** What is written in the place of a pattern. */
export type Rewrite = readonly [pattern: RegExp, plain: string | ((match: RegExpExecArray) => string)];

const TEX_WORDS: ReadonlyMap<string, string> = new Map([
  ...["leftarrow", "gets", "to", "longleftarrow"].map((word) => [word, " ← "] as const),
  ...["cdot", "times", "ast"].map((word) => [word, " * "] as const),
  ...["ln", "log", "exp", "min", "max", "tanh"].map((word) => [word, ` ${word} `] as const),
  ...["left", "right", "big", "Big", "bigl", "bigr", "displaystyle", "quad", "limits"].map(
    (word) => [word, ""] as const,
  ),
  ["nabla", " ∇"],
  ["partial", " ∂"],
  ["approx", " ≈ "],
  ["propto", " ∝ "],
  ["doteq", " ≐ "],
  ["infty", "∞"],
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

/** r̄, R̄_t: the average reward. */
const MEAN_REWARD = /\\bar\s*(?:\{\s*[rR]\s*\}|[rR](?![A-Za-z]))(?:_t\b)?|[rR]\u0304(?:_t\b|ₜ)?/g;

/** The letters of names, inside a character class. */
export const LETTER = "A-Za-zα-ωϵµ";

/** TeX made Unicode, and accents gone; in this order. */
export const TEX_REWRITES: readonly Rewrite[] = [
  [/\\left\s*\.|\\right\s*\.?\|\s*_\s*(?:\{[^{}]*\}|\\?\w+)|\\[lr]vert\s*_\s*(?:\{[^{}]*\}|\\?\w+)/g, " "],
  [/\$\$?|\\[([\])]|\\[,;!: ]|\\\\/g, " "],
  [/_\s*\{\s*\\?([A-Za-zα-ω]+)\s*\}/g, (match) => `_${TEX_WORDS.get(match[1]!) ?? match[1]}`],
  [/_\\(theta|phi|psi|w)\b/g, (match) => `_${TEX_WORDS.get(match[1]!) ?? match[1]}`],
  [MEAN_REWARD, " mean(r) "],
  // Twice, since one may stand in another: \hat{\mathbb{E}}.
  [DRAWN, (match) => match[1] ?? match[2] ?? ""],
  [DRAWN, (match) => match[1] ?? match[2] ?? ""],
  [/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, (match) => ` ((${match[1]})/(${match[2]})) `],
  [/\\([A-Za-z]+)/g, (match) => TEX_WORDS.get(match[1]!) ?? match[0].replace("\\", " ")],
  [/[À-ɏḀ-ỿ]/g, (match) => match[0].normalize("NFD").replace(/[\u0300-\u036f]/g, "")],
  [/[\u0300-\u036f]/g, ""],
];

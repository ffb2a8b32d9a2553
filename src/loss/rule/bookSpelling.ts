import type { Rewrite } from "./texSpelling.ts";

/** Parameter vectors, where a book hangs their name on a step size, a decay or a trace. */
const VECTOR = "w|θ|φ|ψ|theta|phi|psi|actor|critic";
const SPACE = "[ \\t]*";
const BRACED = `(?:\\{[^{}\\n]*\\}|∞|\\w)`;
/** r_k, R_{k+1}, r(s_k, a_k) */
const REWARD = `[rR]${SPACE}(?:_${SPACE}${BRACED}|\\([^()\\n]*\\))(?:\\([^()\\n]*\\))?`;

/** A sum from step t on: Σ_{k=t}^T, Σ_{t'=t+1}^∞; its index is the first group. */
const FROM_NOW = `[Σ∑]${SPACE}_${SPACE}\\{?${SPACE}(\\w['′’]?)${SPACE}=${SPACE}t${SPACE}(?:\\+${SPACE}1)?${SPACE}\\}?${SPACE}(?:\\^${SPACE}${BRACED})?${SPACE}`;
/** A sum over what is ahead: Σ_{k=0}^∞. */
const AHEAD = `[Σ∑]${SPACE}_${SPACE}\\{?${SPACE}(\\w)${SPACE}=${SPACE}0${SPACE}\\}?${SPACE}(?:\\^${SPACE}${BRACED})?${SPACE}`;

function pattern(...parts: string[]): RegExp {
  return new RegExp(parts.join(""), "g");
}

/** The return, and the generalised advantage, written out as the sums that they are. */
const RETURNS: readonly Rewrite[] = [
  [
    pattern(
      FROM_NOW,
      `γ${SPACE}\\^${SPACE}[{(]?${SPACE}\\1${SPACE}[-−–]${SPACE}t${SPACE}(?:[-−–]${SPACE}1)?${SPACE}[})]?${SPACE}`,
      REWARD,
    ),
    " G ",
  ],
  [pattern(AHEAD, `γ${SPACE}\\^${SPACE}\\{?\\1\\}?${SPACE}`, REWARD), " G "],
  [pattern(FROM_NOW, REWARD), " discounted_returns(r, 1) "],
  [
    pattern(
      AHEAD,
      `\\(${SPACE}γ${SPACE}λ${SPACE}\\)${SPACE}\\^${SPACE}\\{?\\1\\}?${SPACE}δ${SPACE}_${SPACE}${BRACED}`,
    ),
    " adv ",
  ],
];

const gradient = (match: RegExpExecArray) => `∇ (${match[1]})`;

/** ∂x/∂θ, ∂/∂θ x and d x/d θ. */
const PARTIALS: readonly Rewrite[] = [
  [
    pattern(`\\(\\(${SPACE}∂([^∂\\n]*)\\)/\\(${SPACE}∂${SPACE}(?:${VECTOR})(?:_\\w+)?${SPACE}\\)\\)`),
    gradient,
  ],
  [pattern(`\\(?\\(?∂\\)?${SPACE}/${SPACE}\\(?∂${SPACE}(?:${VECTOR})(?:_\\w+)?\\)?\\)?`), "∇ "],
  [pattern(`∂${SPACE}([^∂/\\n]*)/${SPACE}∂${SPACE}(?:${VECTOR})(?:_\\w+)?`), gradient],
  [pattern(`\\bd[ \\t]+([^/\\n]*)/${SPACE}d${SPACE}(?:${VECTOR})(?:_\\w+)?\\b`), gradient],
];

/** Lines of a box that change nothing: what is looped over, given, generated or begun with. */
const PROSE =
  /^[ \t]*(?:Input|Parameters?\b|Algorithm|Initiali[sz]e|Loop|Generate|Repeat|for|For|while|While|until|Until|end|return|Output|REINFORCE\b(?=[^\n←=]*$)|One-step|Actor|Take|Observe|Sample|A\s*[∼~]|[SsIi]\s*(?:←|<-|:=)\s*(?:[Ss](?:['′’]|_next)|1\b))[^\n]*$|^[^\n←=∇∂]*:[ \t]*$/gm;

/** What books write after an equation: "(if S′ is terminal, …)", "(G_t)", "(13.8)", a full stop. */
const REMARKS: readonly Rewrite[] = [
  [/[ \t]+\((?:(?:if|where|for)[ \t][^\n]*\)|d['′’]?-[^\n]*|G_?t?\)|Gₜ\)|\d+\.\d+\))[ \t]*$/gm, ""],
  [/[.,;][ \t]*$/gm, ""],
];

/** ∇J(θ) = …, ∇J(θ) ∝ …, g = …: an estimate of the gradient, which is ascended. */
const ESTIMATES: readonly Rewrite[] = [
  [/^[ \t]*∇[ \t]*_?\{?[\wθφψ]?\}?[ \t]*J[ \t]*(?:\([^()\n]*\))?[ \t]*(?:=|≈|∝|≐|∼)/gm, "Δ θ ="],
  [/^[ \t]*g(?:_\w+)?[ \t]*(?:=|≈|≐)(?=[^\n]*∇)/gm, "Δ θ ="],
];

/** How books and papers write what the rule language writes plainly; in this order, after TeX is gone. */
export const BOOK_REWRITES: readonly Rewrite[] = [
  [/≐/g, "="],
  [PROSE, ""],
  ...REMARKS,
  ...RETURNS,
  ...PARTIALS,
  [/[⟵⇐]|:=|<-(?!\s*\d)/g, "←"],
  [/\be_\{?ij\}?/g, "grad_log_pi"],
  [/(?<=[A-Za-zα-ω])_(?:\{ij\}|ij\b)/g, ""],
  [/[ₜ]₊₁/g, "_{t+1}"],
  [/ₜ/g, "_t"],
  [/ₖ/g, "_k"],
  [/₀/g, "_0"],
  [/([Ss])(?:\^?\{?[′'’]\}?|_\{t\s*\+\s*1\}|_t\+1)/g, (match) => `${match[1]}_next`],
  [/_\{\s*t\s*\+\s*1\s*\}/g, "_t1"],
  [/(?<=[A-Za-zθδ])_t\+1(?!\d)/g, "_t1"],
  [/_\{\s*[ijknm]\s*,?\s*t\s*\}|_\{\s*t\s*,?\s*[ijknm]\s*\}/g, "_t"],
  [/(?<=[A-Za-zτ])\s*\^\s*(?:\{\s*\(?[ijn]\)?\s*\}|\([ijn]\))/g, ""],
  [/\b([AQVqvJ])[ \t]*\^[ \t]*(?:\{[^{}\d\n]*\}|π(?:_?θ)?|[A-Za-z]+)/g, (match) => match[1]!],
  [
    pattern(
      `(α|η|λ|β|z|\\b(?:alpha|eta|lambda|beta))${SPACE}\\^${SPACE}\\{?${SPACE}(${VECTOR})${SPACE}\\}?(?![\\w(])`,
    ),
    (match) => `${match[1]}_${match[2]} `,
  ],
  [/(?<![A-Za-z_])[E𝔼][ \t]*(?:_[ \t]*(?:\{[^{}\n]*\}|[A-Za-zα-ω]+))?[ \t]*(?=[[(])/gu, " E "],
  [/([Σ∑])\s*(?:_\s*(?:\{[^{}]*\}|\w))?\s*(?:\^\s*(?:\{[^{}]*\}|\w))?/g, " Σ "],
  ...ESTIMATES,
  [/∇\s*_?\s*\{?\s*(?:θ|φ|ψ|theta\b|phi\b|psi\b|w\b|_\{[^{}]*\})\s*\}?(?:_t\b)?(?=\s*\S)/g, "∇ "],
  [/_\s*\{\s*([^{}]*?)\s*\}/g, (match) => `_${match[1]!.replace(/[^A-Za-z0-9α-ω]/g, "")}`],
  [/\^\s*\{\s*([^{}]*?)\s*\}/g, (match) => `^(${match[1]}) `],
  [/[{}]/g, " "],
  [/\^t(?=[A-Zα-ω])/g, "^t "],
  [/πθ|π_θ/g, "π"],
  [/([α-ωϵµ])_\s*([α-ω])/g, (match) => `${match[1]}_${match[2]}`],
];

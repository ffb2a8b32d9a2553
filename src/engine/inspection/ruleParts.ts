import type { VerdictView } from "../../protocol/views.ts";

type RulePart = VerdictView["ruleParts"][number];

const words: Readonly<Record<string, readonly RulePart[]>> = {
  theta: [{ text: "θ", role: "symbol" }],
  alpha: [
    { text: "α", role: "symbol" },
    { text: "Σ", role: "operator" },
    { text: "t", role: "subscript" },
  ],
  gamma: [{ text: "γ", role: "symbol" }],
  beta: [{ text: "β", role: "symbol" }],
  mean: [{ text: "mean", role: "operator" }],
  delta: [
    { text: "δ", role: "symbol" },
    { text: "t", role: "subscript" },
  ],
  V: [
    { text: "V", role: "symbol" },
    { text: "(", role: "operator" },
    { text: "S", role: "symbol" },
    { text: "t", role: "subscript" },
    { text: ")", role: "operator" },
  ],
  normalize: [{ text: "normalize", role: "operator" }],
};

/** Pieces of a rule whose meaning depends on the step, longest first. */
const phrases: readonly (readonly [phrase: string, parts: readonly RulePart[]])[] = [
  [
    "grad(log_pi)",
    [
      op("∇"),
      op("ln"),
      sym("π"),
      op("("),
      sym("A"),
      sub("t"),
      op("|"),
      sym("S"),
      sub("t"),
      op(","),
      sym("θ"),
      op(")"),
    ],
  ],
  ["grad(entropy)", [op("∇"), sym("H"), sub("t")]],
  ["pi(A|S)", [sym("π"), op("("), sym("A"), sub("t"), op("|"), sym("S"), sub("t"), op(")")]],
  ["gamma^(2*t)", [sym("γ"), sup("2t")]],
  ["gamma^t", [sym("γ"), sup("t")]],
  ["G_before", [sym("G"), sub("t−1")]],
  ["G[0]", [sym("G"), sub("0")]],
  ["discounted_returns(r, 1)", [op("Σ"), sub("k≥t"), sym("r"), sub("k")]],
  ["sum(r)", [op("Σ"), sub("k"), sym("r"), sub("k")]],
];

function sym(text: string): RulePart {
  return { text, role: "symbol" };
}
function op(text: string): RulePart {
  return { text, role: "operator" };
}
function sup(text: string): RulePart {
  return { text, role: "superscript" };
}
function sub(text: string): RulePart {
  return { text, role: "subscript" };
}

/** A rule of the rule language as pieces to draw: "theta += alpha * …" becomes θ ← θ + α Σ_t …. */
export function ruleParts(rule: string): RulePart[] {
  const match = /^theta (\+=|-=) alpha \* (.*)$/.exec(rule);
  if (!match) return [sym("θ"), op("←"), sym("θ"), op("−"), sym("α"), op("∇"), sym("L")];
  const [, sign, weight] = match as unknown as [string, string, string];
  const parts = [sym("θ"), op("←"), sym("θ"), op(sign === "+=" ? "+" : "−"), sym("α"), op("Σ"), sub("t")];
  let rest = weight;
  while (rest !== "") {
    const phrase = phrases.find(([text]) => rest.startsWith(text));
    if (phrase) {
      parts.push(...phrase[1]);
      rest = rest.slice(phrase[0].length);
      continue;
    }
    const [piece] = /^(?: ?\* ?|[A-Za-z_]\w*|[\d.]+(?:e[+-]?\d+)?|\s+|.)/u.exec(rest) as RegExpExecArray;
    parts.push(...piecesOf(piece));
    rest = rest.slice(piece.length);
  }
  return parts;
}

function piecesOf(piece: string): readonly RulePart[] {
  const trimmed = piece.trim();
  if (trimmed === "" || trimmed === "*") return [];
  const word = Object.hasOwn(words, trimmed) ? words[trimmed] : undefined;
  if (word) return word;
  if (/^[Gr]$/.test(trimmed)) return [sym(trimmed), sub("t")];
  if (trimmed === "c") return [sym("c"), sub("t")];
  return [/^[\w.]/.test(trimmed) ? sym(trimmed) : op(trimmed === "-" ? "−" : trimmed)];
}

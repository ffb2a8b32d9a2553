import { OFFERED_NAMES } from "../names.ts";

/** How a name of the language is drawn, and what it is. */
export interface MathSymbol {
  readonly text: string;
  readonly below?: string;
  /** State that it is a function of: V(S_t). */
  readonly of?: "state" | "next";
  readonly meaning: string;
}

const DOCS: ReadonlyMap<string, string> = new Map(OFFERED_NAMES.map(({ name, doc }) => [name, doc]));

function drawn(
  name: string,
  text: string,
  below?: string,
  meaning = DOCS.get(name) ?? "",
): [string, MathSymbol] {
  return [name, { text, meaning, ...(below !== undefined && { below }) }];
}

/** Names that are drawn otherwise than they are written. */
const SYMBOLS: ReadonlyMap<string, MathSymbol> = new Map([
  drawn("theta", "θ", undefined, "The policy's parameters."),
  drawn("w", "w", undefined, "The parameters of the value estimate; θ too, where they share layers."),
  drawn("alpha", "α"),
  drawn("gamma", "γ"),
  drawn("lambda", "λ", undefined, "How slowly a trace decays."),
  drawn("beta", "β", undefined, "The weight of the entropy bonus."),
  drawn("beta_t", "β", "t", "The weight of each step's entropy, read from the batch."),
  drawn("eps", "ε", undefined, "A small number."),
  drawn("G", "G", "t", "The return: the discounted sum of the rewards from this step on."),
  drawn("G_recorded", "G", "t"),
  drawn("G_before", "G", "t−1", "The running sum of the step before."),
  drawn("r", "R", "t+1"),
  drawn("t", "t"),
  drawn("T", "T"),
  drawn("N", "N"),
  drawn("delta", "δ", "t", "The temporal-difference error: reward and next value less the value."),
  drawn("adv", "Â", "t"),
  drawn("c", "c", "t", "The weight of each step's ∇ln π, read from the batch."),
  drawn("weight", "w", "t", "The weight that the loss defines."),
  drawn("loss", "L", undefined, "The loss."),
  drawn("ratio", "ρ", "t", "The probability of the action now over that when it was drawn."),
  drawn("entropy", "H", "t"),
  drawn("logits", "z", "t"),
  drawn("pi", "π", "t"),
  drawn("mu", "μ", "t"),
  drawn("sigma", "σ", "t"),
  drawn("a", "A", "t"),
  ["V", { text: "V", of: "state", meaning: DOCS.get("V") ?? "" }],
  ["V_next", { text: "V", of: "next", meaning: DOCS.get("V_next") ?? "" }],
]);

const GREEK: Readonly<Record<string, string>> = {
  epsilon: "ε",
  zeta: "ζ",
  eta: "η",
  kappa: "κ",
  nu: "ν",
  rho: "ρ",
  tau: "τ",
  phi: "φ",
  psi: "ψ",
  omega: "ω",
};

/** The symbol of a name; another name is drawn as it is written, what follows _ below it. */
export function symbolOf(name: string): MathSymbol {
  const known = SYMBOLS.get(name);
  if (known) return known;
  const [stem = name, ...rest] = name.split("_");
  const inner = SYMBOLS.get(stem);
  const text = inner?.text ?? GREEK[stem] ?? stem;
  const below = rest.map((part) => SYMBOLS.get(part)?.text ?? GREEK[part] ?? part).join(" ");
  if (stem === "" || below === "") return { text: name, meaning: DOCS.get(name) ?? "A name of the loss." };
  const meaning =
    inner && stem === "alpha" ? `The step size of ${below}.` : (DOCS.get(name) ?? "A name of the loss.");
  return { text, below, meaning };
}

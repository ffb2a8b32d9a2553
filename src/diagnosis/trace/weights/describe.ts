import { formatSignificant } from "../../scale.ts";
import type { Possible } from "./enumerate.ts";
import type { WeightSpec } from "./options.ts";

const returnSymbols: Readonly<Record<WeightSpec["returns"], string>> = {
  toGo: "G",
  gae: "GAE",
  tdError: "δ",
  episode: "G₀",
  undiscounted: "Σr",
  undiscountedEpisode: "Σ₀r",
  forward: "F",
  reversed: "G reversed",
  discountedSoFar: "Σ_{k≤t} γᵏr",
  reward: "r",
  meanOfSum: "ΣG/T",
  outerSum: "ΣG",
  outerMean: "ΣG/T²",
};

/** Whether γ < 1 in any update: without it γᵗ is 1 and is not written. */
type Discounting = Pick<Possible, "discounts">;

/** A weight as people write it: "γᵗ(G − V)/T". */
export function weightSymbol(spec: WeightSpec, { discounts }: Discounting): string {
  const power = discounts ? { once: "γᵗ", never: "", twice: "γ²ᵗ" }[spec.gamma] : "";
  const isAdvantage = spec.returns === "gae" || spec.returns === "tdError";
  const target = returnSymbols[spec.returns];
  const based = spec.baseline !== "none" && !isAdvantage ? `(${target} − V)` : target;
  const centred = {
    none: based,
    normalisedUpdate: `normalised ${based}`,
    normalisedRollout: `normalised ${based}`,
    normalisedEpisode: `normalised ${based}`,
    normalisedEpisodeByN: `normalised ${based}`,
    normalisedReturns: `(normalised ${target} − V)`,
    normalisedReturnsByN: `(normalised ${target} − V)`,
    centredUpdate: `(${based} − mean)`,
    shiftedUpdate: `(${based} − b)`,
    scaledUpdate: `${based}/s`,
  }[spec.centre];
  const factor = {
    one: "",
    unmoved: "",
    clippedRatio: "·ratio",
    ratio: "·ratio",
    probability: "·π",
    invertedRatio: "/ratio",
    invertedUnclipped: "/ratio",
    wrongClip: "·ratio",
    reversedClip: "·ratio",
  }[spec.factor];
  const reduction = {
    sum: "",
    episodeCount: "/N",
    stepMean: "/T",
    trajectoryMean: "/Tᵢ",
    meanOfMeans: "/(N·Tᵢ)",
  }[spec.reduction];
  return `${power}${power !== "" && centred.startsWith("n") ? "·" : ""}${centred}${factor}${reduction}`;
}

/** "c = −1.000·γᵗG, residual 2.1e−16". */
export function fitWords(
  spec: WeightSpec,
  fit: { scale: number; residual: number },
  possible: Discounting,
): string {
  const sign = fit.scale < 0 ? "−" : "";
  return `c = ${sign}${formatSignificant(Math.abs(fit.scale), 4)}·${weightSymbol(spec, possible)}, residual ${formatSignificant(fit.residual, 2)}`;
}

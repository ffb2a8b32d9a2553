/** What a scale κ is, by name. */
export interface ScaleName {
  readonly id: "sum" | "step_mean" | "episode_mean" | "base_10" | "base_2" | "factor";
  /** "", "1/T", "1/N", … as a factor of the rule; for "factor" the number itself. */
  readonly symbol: string;
  readonly words: string;
}

/** κ of normalised weights depends on the sample, so only these exact scales have names. */
export function nameScale(scale: number, steps: number, episodes: number): ScaleName {
  const size = Math.abs(scale);
  const near = (value: number) => Math.abs(size - value) <= 1e-6 * value;
  if (near(1)) return { id: "sum", symbol: "", words: "summed over steps" };
  if (near(1 / steps)) return { id: "step_mean", symbol: "1/T", words: "averaged over the steps" };
  if (episodes > 1 && near(1 / episodes)) {
    return { id: "episode_mean", symbol: "1/N", words: "averaged over the episodes" };
  }
  if (near(Math.LOG10E)) return { id: "base_10", symbol: "1/ln 10", words: "with a logarithm of base 10" };
  if (near(Math.LOG2E)) return { id: "base_2", symbol: "1/ln 2", words: "with a logarithm of base 2" };
  return {
    id: "factor",
    symbol: formatSignificant(size, 4),
    words: `scaled by ${formatSignificant(size, 4)}`,
  };
}

/** A number with so many significant digits, without trailing zeros beyond them: 1.000, 2.1e−16. */
export function formatSignificant(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value).replace("-", "−");
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  const text =
    magnitude < 1e-4 || magnitude >= 1e7
      ? value.toExponential(digits - 1).replace("e+", "e")
      : value.toPrecision(digits);
  return text.replaceAll("-", "−");
}

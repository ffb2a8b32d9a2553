/** A derivative read from values alone. */
export interface Difference {
  readonly value: number;
  /** Its own error: what is left of the step's influence, and the noise of the values over the step. */
  readonly error: number;
}

const mostLevels = 8;

/**
 * The derivative at 0 of f, from central differences at h, h/2, h/4, … extrapolated to h → 0 (Richardson; the table of
 * Ridders, 1982): of all entries, the one with the smallest error. `noise` is the rounding error of f's values.
 */
export function derivativeAtZero(f: (h: number) => number, step: number, noise: number): Difference {
  let best: Difference = { value: Number.NaN, error: Number.POSITIVE_INFINITY };
  let previous: number[] = [];
  let h = step;
  for (let level = 0; level < mostLevels; level++, h /= 2) {
    const row = [(f(h) - f(-h)) / (2 * h)];
    for (let order = 1; order <= level; order++) {
      const power = 4 ** order;
      row.push((power * row[order - 1]! - previous[order - 1]!) / (power - 1));
      const change = Math.max(
        Math.abs(row[order]! - row[order - 1]!),
        Math.abs(row[order]! - previous[order - 1]!),
      );
      const error = Math.max(change, (2 * noise) / h);
      if (error < best.error) best = { value: row[order]!, error };
    }
    if (level > 1 && Math.abs(row[level]! - previous[level - 1]!) >= 2 * best.error) break;
    previous = row;
  }
  return best;
}

const noisePoints = 9;
const noiseOrder = 4;
/** (k!)² / (2k)! for k = 4. */
const noiseFactor = 1 / 70;

/**
 * The standard deviation of f's rounding errors, from the fourth differences of its values at points so close together
 * that f itself is straight there (Moré & Wild, 2011); at least half a unit in the last place of f(0).
 */
export function roundingNoise(f: (h: number) => number, spacing: number): number {
  let values = Array.from({ length: noisePoints }, (_, i) => f((i - (noisePoints - 1) / 2) * spacing));
  const middle = Math.abs(values[(noisePoints - 1) / 2]!);
  for (let order = 0; order < noiseOrder; order++) {
    values = values.slice(1).map((value, i) => value - values[i]!);
  }
  const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  return Math.max(Math.sqrt(noiseFactor * square), (Number.EPSILON / 2) * middle);
}

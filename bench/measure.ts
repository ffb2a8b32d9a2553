/** One figure: what was measured against what, and the aim it has. */
export interface Figure {
  readonly name: string;
  readonly ours: number;
  readonly peer: number | undefined;
  readonly unit: string;
  /** ours / peer, or peer / ours for times: larger is better. */
  readonly ratio: number | undefined;
  readonly aim: string;
  readonly reached: boolean | undefined;
}

export interface Spread {
  readonly median: number;
  readonly p95: number;
  readonly best: number;
}

/** Milliseconds of `runs` calls after `warmUp` calls. */
export function time(action: () => void, runs: number, warmUp: number): Spread {
  for (let run = 0; run < warmUp; run++) action();
  const times = Array.from({ length: runs }, () => {
    const started = performance.now();
    action();
    return performance.now() - started;
  }).sort((a, b) => a - b);
  return spreadOf(times);
}

/** Median, 95th percentile and minimum of values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95), best: at(0) };
}

export function median(values: readonly number[]): number {
  return spreadOf(values).median;
}

/** Milliseconds with about three digits, e.g. "0.042 ms", "12.3 ms", "1.24 s". */
export function formatTime(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toPrecision(3)} s`;
  return `${milliseconds === 0 ? "0" : milliseconds.toPrecision(milliseconds < 0.1 ? 2 : 3)} ms`;
}

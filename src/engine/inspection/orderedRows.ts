/**
 * Row numbers [T] in the order of a column's values; equal values keep their order, NaN comes last
 * in both directions.
 */
export function orderRows(values: Float64Array, descending: boolean): Float64Array {
  const sign = descending ? -1 : 1;
  const rows = Uint32Array.from(values, (_, row) => row);
  rows.sort((a, b) => {
    const left = values[a]!;
    const right = values[b]!;
    if (left < right) return -sign;
    if (left > right) return sign;
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || a - b;
  });
  return Float64Array.from(rows);
}

/** Picks values [end − start] of a column in the order of `rows`. */
export function pickRows(values: Float64Array, rows: Float64Array): Float64Array {
  return rows.map((row) => values[row]!);
}

/** Rows start … end − 1, clamped to the table. */
export function rangeOf(steps: number, start: number, end: number): { start: number; end: number } {
  const first = Math.max(0, Math.min(steps, Math.floor(start)));
  return { start: first, end: Math.max(first, Math.min(steps, Math.floor(end))) };
}

/**
 * A size that is not known before data are there: `symbol + offset`, never below 0.
 * A loose size (`T[::2]`) equals itself and may equal anything else.
 */
export interface SymbolicSize {
  readonly symbol: string;
  readonly offset: number;
  readonly loose?: true;
}

export type Size = number | SymbolicSize;

/** Sizes of a tensor's axes, concrete or symbolic; rank 0 to 2. */
export type SymbolicShape = readonly Size[];

export function symbolicSize(symbol: string, offset = 0): SymbolicSize {
  return { symbol, offset };
}

export function looseSize(text: string): SymbolicSize {
  return { symbol: text, offset: 0, loose: true };
}

export function formatSize(size: Size): string {
  if (typeof size === "number") return String(size);
  if (size.offset === 0) return size.symbol;
  return `${size.symbol}${size.offset < 0 ? "-" : "+"}${Math.abs(size.offset)}`;
}

/** `[T, K]`, `[7]`, and `[]` for a scalar. */
export function formatShape(shape: SymbolicShape): string {
  return `[${shape.map(formatSize).join(", ")}]`;
}

/** Whether two sizes are equal as far as is known now. */
export function compareSizes(a: Size, b: Size): "same" | "different" | "unknown" {
  if (typeof a === "number" && typeof b === "number") return a === b ? "same" : "different";
  if (typeof a === "number" || typeof b === "number") return "unknown";
  if (a.symbol === b.symbol) return a.offset === b.offset ? "same" : "different";
  return a.loose || b.loose ? "unknown" : "different";
}

export function mayDiffer(a: Size, b: Size): boolean {
  return compareSizes(a, b) !== "same";
}

function broadcastSizes(a: Size, b: Size): Size | undefined {
  if (a === 1) return b;
  if (b === 1) return a;
  const comparison = compareSizes(a, b);
  if (comparison === "different") return undefined;
  return typeof b === "number" ? b : a;
}

/** The shape of an elementwise result as PyTorch broadcasts it; undefined where the two do not fit. */
export function broadcastShapes(a: SymbolicShape, b: SymbolicShape): SymbolicShape | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: Size[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const size = broadcastSizes(a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1);
    if (size === undefined) return undefined;
    shape.push(size);
  }
  return shape;
}

export function isConcrete(shape: SymbolicShape): shape is readonly number[] {
  return shape.every((size) => typeof size === "number");
}

/** A column against a row of the same length: [T, 1] with [T], which spreads to [T, T]. */
export function isSpread(a: SymbolicShape, b: SymbolicShape): boolean {
  const [column, row] = a.length === 2 ? [a, b] : [b, a];
  if (column.length !== 2 || row.length !== 1) return false;
  return column[1] === 1 && column[0] !== 1 && row[0] !== 1 && compareSizes(column[0]!, row[0]!) === "same";
}

import { columnStep, type Frame } from "../frame.ts";
import { binaryBackward, binaryForward } from "./pointwise.ts";

const LARGEST_TABLE = 1 << 16;

/** Powers of the base used last: `table[n] = power(base, n)`, each computed alone so that it equals the plain result bit for bit. */
interface PowerTable {
  base: number;
  length: number;
  table: Float64Array;
}

/** C's pow, which PyTorch uses; it differs from JavaScript's at 1 to any power and -1 to an infinite one. */
export function power(base: number, exponent: number): number {
  if (base === 1) return 1;
  if (base === -1 && (exponent === Infinity || exponent === -Infinity)) return 1;
  return base ** exponent;
}

function growTable(cache: PowerTable, base: number, length: number): void {
  const kept = Object.is(cache.base, base) ? cache.length : 0;
  if (cache.table.length < length) {
    const larger = new Float64Array(Math.max(length, 2 * cache.table.length, 64));
    larger.set(cache.table.subarray(0, kept));
    cache.table = larger;
  }
  for (let n = kept; n < length; n++) cache.table[n] = power(base, n);
  cache.base = base;
  cache.length = Math.max(kept, length);
}

function isStepColumn(exponents: Float64Array, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const exponent = exponents[i]!;
    if (!(exponent >= 0 && exponent < LARGEST_TABLE && (exponent | 0) === exponent)) return false;
  }
  return count > 2;
}

const cache: PowerTable = { base: 0, length: 0, table: new Float64Array(0) };

/** γ^t for a column of step numbers, from the table; false where the operands are anything else. */
function raiseFromTable(frame: Frame): boolean {
  const base = frame.operands[0]!;
  const exponent = frame.operands[1]!;
  if (base.count !== 1 || exponent.count !== frame.count) return false;
  const exponents = exponent.value;
  if (!isStepColumn(exponents, frame.count)) return false;
  let largest = 0;
  for (let i = 0; i < frame.count; i++) if (exponents[i]! > largest) largest = exponents[i]!;
  if (largest > 4 * frame.count + 1024) return false;
  if (!Object.is(cache.base, base.value[0]!) || cache.length <= largest)
    growTable(cache, base.value[0]!, largest + 1);
  const { table } = cache;
  const y = frame.value;
  for (let i = 0; i < frame.count; i++) y[i] = table[exponents[i]!]!;
  return true;
}

function square(frame: Frame): void {
  const x = frame.operands[0]!.value;
  const y = frame.value;
  for (let i = 0; i < frame.count; i++) y[i] = x[i]! * x[i]!;
}

const plainForward = binaryForward(power);

export function powerForward(frame: Frame): void {
  const base = frame.operands[0]!;
  const exponent = frame.operands[1]!;
  if (
    exponent.count === 1 &&
    columnStep(exponent) === 0 &&
    exponent.value[0] === 2 &&
    base.count === frame.count
  )
    square(frame);
  else if (!raiseFromTable(frame)) plainForward(frame);
}

/** PyTorch's gradients: that of x**0 is 0; that of 0**y with y ≥ 0 is 0 towards y. */
export const powerBackward = binaryBackward(
  (g, base, exponent) => (exponent === 0 ? 0 : g * exponent * power(base, exponent - 1)),
  (g, base, exponent, y) => (base === 0 && exponent >= 0 ? 0 : g * (y * Math.log(base))),
);

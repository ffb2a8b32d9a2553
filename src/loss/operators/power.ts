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

/** The largest exponent of a column of step numbers; -1 where it is no such column or too sparse to be worth a table. */
function largestStep(exponents: Float64Array): number {
  let largest = -1;
  for (let i = 0; i < exponents.length; i++) {
    const exponent = exponents[i]!;
    if (!(exponent >= 0 && exponent < LARGEST_TABLE && (exponent | 0) === exponent)) return -1;
    if (exponent > largest) largest = exponent;
  }
  return exponents.length > 2 && largest < 4 * exponents.length + 1024 ? largest : -1;
}

const cache: PowerTable = { base: 0, length: 0, table: new Float64Array(0) };

/** Reads powers from the table while it has them; false at the first exponent that it lacks. */
function lookUp(y: Float64Array, exponents: Float64Array): boolean {
  const { table, length } = cache;
  for (let i = 0; i < y.length; i++) {
    const exponent = exponents[i]!;
    const index = exponent | 0;
    if (index !== exponent || index < 0 || index >= length) return false;
    y[i] = table[index]!;
  }
  return true;
}

/** γ^t for a column of step numbers, from the table; false where the operands are anything else. */
function raiseFromTable(frame: Frame): boolean {
  const exponent = frame.operands[1]!;
  const base = frame.operands[0]!.value[0]!;
  if (frame.operands[0]!.count !== 1 || exponent.count !== frame.count) return false;
  if (Object.is(cache.base, base) && lookUp(frame.value, exponent.value)) return true;
  const largest = largestStep(exponent.value);
  if (largest < 0) return false;
  growTable(cache, base, largest + 1);
  return lookUp(frame.value, exponent.value);
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

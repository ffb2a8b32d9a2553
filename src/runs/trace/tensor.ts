import { traceLimits } from "./limits.ts";
import { isObject, kindOf, type LineObject } from "./parseLine.ts";
import { LineProblem, quoted } from "./traceError.ts";

/** Numbers with their shape; a scalar has shape []. Row major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

interface Packed {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** The stored number types, little endian. */
const dtypes: ReadonlyMap<string, Packed> = new Map<string, Packed>([
  ["float64", { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
  ["float32", { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ["int64", { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
  ["int32", { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  ["int16", { bytes: 2, read: (view, at) => view.getInt16(at, true) }],
  ["int8", { bytes: 1, read: (view, at) => view.getInt8(at) }],
  ["uint8", { bytes: 1, read: (view, at) => view.getUint8(at) }],
  ["bool", { bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) }],
]);

/** A number, true and false as 1 and 0, or one of the texts "NaN", "Infinity", "-Infinity". */
export function readNumber(name: string, value: unknown): number {
  if (typeof value === "number") return value;
  if (value === "NaN") return Number.NaN;
  if (value === "Infinity") return Number.POSITIVE_INFINITY;
  if (value === "-Infinity") return Number.NEGATIVE_INFINITY;
  if (typeof value === "boolean") return value ? 1 : 0;
  const given = typeof value === "string" ? quoted(value) : kindOf(value);
  throw new LineProblem(`${name} is a number (or "NaN", "Infinity", "-Infinity"), not ${given}`);
}

/** A tensor: a number, nested lists whose rows are equally long, or {"dtype", "shape", "base64"}. */
export function readTensor(name: string, value: unknown): Tensor {
  if (Array.isArray(value)) return readNested(name, value);
  if (isObject(value)) return readPacked(name, value);
  return { shape: [], data: Float64Array.of(readNumber(name, value)) };
}

function readNested(name: string, value: readonly unknown[]): Tensor {
  const shape: number[] = [];
  for (let inner: unknown = value; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  if (shape.length > traceLimits.rank)
    throw new LineProblem(`${name} has more than ${traceLimits.rank} dimensions`);
  const count = shape.reduce((product, size) => product * size, 1);
  // Nested lists repeat what their first row promises, so the product may be a lie: fill before believing it.
  const data: number[] = [];
  fill(name, value, shape, 0, data);
  if (data.length !== count) throw new LineProblem(`${name} has rows of different lengths`);
  return { shape, data: Float64Array.from(data) };
}

function fill(
  name: string,
  value: readonly unknown[],
  shape: readonly number[],
  level: number,
  data: number[],
): void {
  if (value.length !== shape[level]) throw new LineProblem(`${name} has rows of different lengths`);
  const isInnermost = level === shape.length - 1;
  for (const item of value) {
    if (isInnermost) data.push(typeof item === "number" ? item : readNumber(name, item));
    else if (Array.isArray(item)) fill(name, item, shape, level + 1, data);
    else throw new LineProblem(`${name} mixes lists and ${kindOf(item)} in one list`);
  }
}

function readPacked(name: string, value: LineObject): Tensor {
  const { dtype, shape, base64 } = value;
  const packed = typeof dtype === "string" ? dtypes.get(dtype) : undefined;
  if (!packed) {
    const given = typeof dtype === "string" ? quoted(dtype) : kindOf(dtype);
    throw new LineProblem(`${name}: dtype is one of ${[...dtypes.keys()].join(", ")}, not ${given}`);
  }
  if (!isShape(shape)) {
    throw new LineProblem(
      `${name}: shape is a list of at most ${traceLimits.rank} whole numbers, none negative`,
    );
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (typeof base64 !== "string") throw new LineProblem(`${name}: base64 is a text, not ${kindOf(base64)}`);
  checkBase64(name, base64, count * packed.bytes);
  const bytes = Buffer.from(base64, "base64");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new Float64Array(count);
  for (let index = 0; index < count; index++) data[index] = packed.read(view, index * packed.bytes);
  return { shape: [...shape], data };
}

function isShape(shape: unknown): shape is readonly number[] {
  if (!Array.isArray(shape) || shape.length > traceLimits.rank) return false;
  return shape.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** The bytes that a text stands for must be those its shape needs, before either is allocated. */
function checkBase64(name: string, text: string, needed: number): void {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new LineProblem(`${name}: base64 is not base64 (letters, digits, + and /, padded with =)`);
  }
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const stored = (text.length / 4) * 3 - padding;
  if (stored === needed) return;
  throw new LineProblem(`${name}: shape and dtype need ${needed} bytes, base64 holds ${stored}`);
}

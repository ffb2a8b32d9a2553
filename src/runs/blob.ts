import { crc32 } from "node:zlib";
import type { JsonValue } from "./metadata.ts";

/** The arrays a blob can hold, stored in the byte order of the machine, which is little endian wherever this runs. */
export type BlobArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

export type BlobValue = BlobArray | JsonValue;

/** Named typed arrays, numbers and JSON values. */
export type BlobRecord = { readonly [name: string]: BlobValue };

/** A blob that cannot be read or written, and why, in one line. */
export class BlobError extends Error {
  override readonly name = "BlobError";
}

/** Largest blob that is read or written, in bytes: 1 GiB. */
export const largestBlob = 2 ** 30;

const magic = 0x42474950;
const version = 1;
/** Five unsigned 32-bit words: magic, version, bytes of the whole, bytes of the directory, CRC-32 of everything but itself. */
const headerBytes = 20;
const checksumAt = 16;
const alignment = 8;

const arrayTypes = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
} as const;

type ArrayKind = keyof typeof arrayTypes;

/** A line of the directory: a name with an array's kind and length, or with a JSON value itself. */
type Entry =
  | { readonly name: string; readonly kind: ArrayKind | "number"; readonly length: number }
  | { readonly name: string; readonly kind: "json"; readonly value: JsonValue };

/**
 * Writes a record as bytes: header, directory in JSON, then the arrays, each aligned to 8 bytes. Numbers keep
 * every bit, NaN, ±Infinity and −0 included; inside JSON values those throw BlobError, as does a record over `largestBlob`.
 */
export function encodeBlob(record: BlobRecord): Uint8Array {
  const arrays: BlobArray[] = [];
  const entries = Object.entries(record).map(([name, value]): Entry => {
    const array = arrayOf(value);
    if (array === undefined) return { name, kind: "json", value: checkedJson(name, value as JsonValue) };
    arrays.push(array);
    const kind = typeof value === "number" ? "number" : kindOf(array);
    return { name, kind, length: array.length };
  });
  return assemble(Buffer.from(JSON.stringify(entries.map(toRow)), "utf8"), arrays);
}

/**
 * Reads what `encodeBlob` wrote; every array is a copy. Lengths are checked against the bytes at hand before
 * anything is allocated. Throws BlobError for anything but a whole, unchanged blob.
 */
export function decodeBlob(bytes: Uint8Array): BlobRecord {
  const directory = checkedDirectory(bytes);
  const entries = directoryEntries(directory);
  const starts = arrayStarts(entries, headerBytes + directory.length, bytes.length);
  return Object.fromEntries(
    entries.map((entry, index) => [entry.name, readValue(entry, bytes, starts[index]!)]),
  );
}

function arrayOf(value: BlobValue): BlobArray | undefined {
  if (typeof value === "number") return Float64Array.of(value);
  return ArrayBuffer.isView(value) ? (value as BlobArray) : undefined;
}

function kindOf(array: BlobArray): ArrayKind {
  for (const [kind, type] of Object.entries(arrayTypes)) if (array instanceof type) return kind as ArrayKind;
  throw new BlobError(`${(array as object).constructor.name} has no form in a blob`);
}

function checkedJson(name: string, value: JsonValue): JsonValue {
  JSON.stringify(value, (_, inner: unknown) => {
    const isSafe =
      typeof inner === "number" ? Number.isFinite(inner) && !Object.is(inner, -0) : isJson(inner);
    if (!isSafe) throw new BlobError(`${name} holds ${String(inner)}, which JSON cannot; put it in an array`);
    return inner;
  });
  if (value === undefined) throw new BlobError(`${name} is undefined`);
  return value;
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  return typeof value === "object" && !ArrayBuffer.isView(value);
}

function toRow(entry: Entry): readonly JsonValue[] {
  return [entry.name, entry.kind, entry.kind === "json" ? entry.value : entry.length];
}

function assemble(directory: Uint8Array, arrays: readonly BlobArray[]): Uint8Array {
  const start = aligned(headerBytes + directory.length);
  const total = arrays.reduce((sum, array) => sum + aligned(array.byteLength), start);
  if (total > largestBlob)
    throw new BlobError(`the record would take ${total} bytes; a blob holds ${largestBlob}`);
  const bytes = new Uint8Array(total);
  bytes.set(directory, headerBytes);
  let offset = start;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += aligned(array.byteLength);
  }
  const header = new DataView(bytes.buffer);
  for (const [index, word] of [magic, version, total, directory.length].entries()) {
    header.setUint32(index * 4, word, true);
  }
  header.setUint32(checksumAt, checksumOf(bytes), true);
  return bytes;
}

function checksumOf(bytes: Uint8Array): number {
  return crc32(bytes.subarray(headerBytes), crc32(bytes.subarray(0, checksumAt)));
}

function checkedDirectory(bytes: Uint8Array): Uint8Array {
  if (bytes.length < headerBytes) throw new BlobError(`a blob of ${bytes.length} bytes is cut off`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  if (header.getUint32(0, true) !== magic) throw new BlobError("not a blob of this program");
  const found = header.getUint32(4, true);
  if (found !== version) throw new BlobError(`a blob of version ${found}; this program reads ${version}`);
  const total = header.getUint32(8, true);
  if (total !== bytes.length || total > largestBlob) {
    throw new BlobError(`a blob of ${bytes.length} bytes that should have ${total}`);
  }
  const directoryBytes = header.getUint32(12, true);
  const isWhole =
    directoryBytes <= total - headerBytes && header.getUint32(checksumAt, true) === checksumOf(bytes);
  if (!isWhole) throw new BlobError("the blob's checksum does not match: it was damaged");
  return bytes.subarray(headerBytes, headerBytes + directoryBytes);
}

function directoryEntries(directory: Uint8Array): readonly Entry[] {
  const rows = parsedDirectory(directory);
  const entries = Array.isArray(rows) ? rows.map(toEntry) : [undefined];
  const valid = entries.filter((entry) => entry !== undefined);
  const areDistinct = new Set(valid.map((entry) => entry.name)).size === valid.length;
  if (valid.length !== entries.length || !areDistinct)
    throw new BlobError("the blob's directory is malformed");
  return valid;
}

function parsedDirectory(directory: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(directory).toString("utf8"));
  } catch {
    return undefined;
  }
}

function toEntry(row: unknown): Entry | undefined {
  if (!Array.isArray(row) || row.length !== 3) return undefined;
  const [name, kind, rest]: unknown[] = row;
  if (typeof name !== "string") return undefined;
  if (kind === "json") return { name, kind, value: rest as JsonValue };
  if (typeof rest !== "number" || !Number.isSafeInteger(rest) || rest < 0) return undefined;
  if (kind === "number") return rest === 1 ? { name, kind, length: 1 } : undefined;
  return isArrayKind(kind) ? { name, kind, length: rest } : undefined;
}

function isArrayKind(kind: unknown): kind is ArrayKind {
  return typeof kind === "string" && Object.hasOwn(arrayTypes, kind);
}

/** Where each entry's array starts; throws unless they fill the blob exactly. */
function arrayStarts(entries: readonly Entry[], directoryEnd: number, total: number): readonly number[] {
  let offset = aligned(directoryEnd);
  const starts = entries.map((entry) => {
    const start = offset;
    offset += aligned(byteLength(entry));
    return start;
  });
  if (offset !== total) throw new BlobError("the blob's arrays do not fill it");
  return starts;
}

function byteLength(entry: Entry): number {
  if (entry.kind === "json") return 0;
  return entry.length * (entry.kind === "number" ? 8 : arrayTypes[entry.kind].BYTES_PER_ELEMENT);
}

function readValue(entry: Entry, bytes: Uint8Array, start: number): BlobValue {
  if (entry.kind === "json") return entry.value;
  const buffer = new Uint8Array(bytes.subarray(start, start + byteLength(entry))).buffer;
  if (entry.kind === "number") return new Float64Array(buffer)[0]!;
  return new arrayTypes[entry.kind](buffer);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

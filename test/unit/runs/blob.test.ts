import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BlobError,
  type BlobRecord,
  type BlobValue,
  decodeBlob,
  encodeBlob,
} from "../../../src/runs/blob.ts";
import type { JsonValue } from "../../../src/runs/metadata.ts";

const json = fc
  .jsonValue({ maxDepth: 3 })
  .filter((value) => !JSON.stringify(value, spelledZero).includes("-0!"));
const value: fc.Arbitrary<BlobValue> = fc.oneof(
  fc.float64Array({ maxLength: 40 }),
  fc.float32Array({ maxLength: 40 }),
  fc.int32Array({ maxLength: 40 }),
  fc.uint32Array({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }),
  fc.double(),
  json.filter((one) => typeof one !== "number") as fc.Arbitrary<JsonValue>,
);
const record: fc.Arbitrary<BlobRecord> = fc.dictionary(fc.string(), value, {
  noNullPrototype: true,
  maxKeys: 8,
});

function spelledZero(_: string, inner: unknown): unknown {
  return Object.is(inner, -0) ? "-0!" : inner;
}

const example: BlobRecord = {
  theta: Float64Array.of(0.1, -0, Number.NaN, Number.NEGATIVE_INFINITY),
  flags: Uint8Array.of(1, 0, 1),
  average: Number.NaN,
  environment: { id: "CartPole-v1", steps: [1, 2] },
};

function seal(bytes: Uint8Array): Uint8Array {
  const crc = crc32(bytes.subarray(20), crc32(bytes.subarray(0, 16)));
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, crc, true);
  return bytes;
}

/** A blob with a directory of one's own and a checksum that fits. */
function forged(rows: unknown, arrayBytes: number): Uint8Array {
  const directory = Buffer.from(typeof rows === "string" ? rows : JSON.stringify(rows));
  const bytes = new Uint8Array(Math.ceil((20 + directory.length) / 8) * 8 + arrayBytes);
  bytes.set(encodeBlob({}).subarray(0, 20));
  bytes.set(directory, 20);
  new DataView(bytes.buffer).setUint32(8, bytes.length, true);
  new DataView(bytes.buffer).setUint32(12, directory.length, true);
  return seal(bytes);
}

test("any record comes back as it was, bit for bit", () => {
  fc.assert(
    fc.property(record, fc.nat(7), (given, shift) => {
      const bytes = encodeBlob(given);
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      expect(decodeBlob(moved.subarray(shift))).toStrictEqual(given);
    }),
  );
});

test("a part of a larger buffer is written without its surroundings", () => {
  const whole = Float64Array.of(1, 2, 3, 4);
  expect(decodeBlob(encodeBlob({ part: whole.subarray(1, 3) }))).toStrictEqual({
    part: Float64Array.of(2, 3),
  });
});

test("what is read does not change with the bytes it was read from", () => {
  const bytes = Buffer.from(encodeBlob(example));
  const read = decodeBlob(bytes);
  bytes.fill(0);
  expect(read).toStrictEqual(example);
});

describe("a damaged blob is refused", () => {
  const bytes = encodeBlob(example);

  test("cut off at every length", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeBlob(bytes.subarray(0, length))).toThrow(BlobError);
    }
  });

  test("with any one bit flipped", () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeBlob(flipped)).toThrow(BlobError);
    }
  });

  test("with bytes added, or of noise", () => {
    expect(() => decodeBlob(Uint8Array.of(...bytes, 0))).toThrow(BlobError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(() => decodeBlob(noise)).toThrow(BlobError);
      }),
    );
  });
});

describe("a forged blob with a fitting checksum is refused", () => {
  test.each([
    ["an array longer than the blob, before memory is taken for it", [["a", "float64", 2 ** 50]], 8],
    ["arrays shorter than the blob", [["a", "float64", 1]], 16],
    ["a negative length", [["a", "float64", -1]], 0],
    ["a fraction for a length", [["a", "uint8", 0.5]], 8],
    ["an unknown kind", [["a", "object", 1]], 8],
    ["a kind that every object has", [["a", "toString", 1]], 8],
    [
      "a name twice",
      [
        ["a", "json", 1],
        ["a", "json", 2],
      ],
      0,
    ],
    ["a name that is none", [[1, "json", 1]], 0],
    ["a row too short", [["a", "json"]], 0],
    ["a directory that is no list", { a: 1 }, 0],
    ["a directory that is no JSON", "[[", 0],
  ])("%s", (_, rows, arrayBytes) => {
    expect(() => decodeBlob(forged(rows, arrayBytes))).toThrow(BlobError);
  });

  test("while the forgery itself is readable when it is well formed", () => {
    expect(decodeBlob(forged([["a", "float64", 1]], 8))).toStrictEqual({ a: Float64Array.of(0) });
  });

  test("and a later version is named", () => {
    const bytes = encodeBlob(example);
    new DataView(bytes.buffer).setUint32(4, 2, true);
    expect(() => decodeBlob(seal(bytes))).toThrow("version 2");
  });

  test("and a name that means something to objects stays a plain name", () => {
    const read = decodeBlob(forged('[["__proto__","json",{"polluted":true}]]', 0));
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.keys(read)).toEqual(["__proto__"]);
  });
});

test.each([
  ["NaN", { inner: Number.NaN }],
  ["-0", [-0]],
  ["an array of numbers inside", [Float64Array.of(1) as unknown as JsonValue]],
  ["undefined", undefined as unknown as JsonValue],
])("a JSON value with %s is refused when written, for it would come back changed", (_, value) => {
  expect(() => encodeBlob({ value })).toThrow(BlobError);
});

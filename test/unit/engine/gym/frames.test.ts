import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import {
  decodeNumbers,
  encodeFrame,
  expectNumbers,
  type Frame,
  FrameReader,
  mostBytes,
  NumbersFrame,
} from "../../../../src/engine/gym/frames.ts";

const frames = fc.array(
  fc.record({ kind: fc.integer({ min: 0, max: 9 }), body: fc.uint8Array({ maxLength: 40 }) }),
  { maxLength: 8 },
);

test.prop([frames, fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 })])(
  "frames come out whole and in order, however their bytes are cut",
  (sent, cuts) => {
    const bytes = Buffer.concat(sent.map(({ kind, body }) => encodeFrame(kind, body)));
    const reader = new FrameReader();
    const read: Frame[] = [];
    let at = 0;
    for (const cut of [...cuts, bytes.length]) {
      read.push(...reader.push(bytes.subarray(at, at + cut)));
      at += cut;
    }
    expect(read.map(({ kind, body }) => ({ kind, body: [...body] }))).toEqual(
      sent.map(({ kind, body }) => ({ kind, body: [...body] })),
    );
  },
);

test("a length that no frame has is refused before anything is kept for it", () => {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(mostBytes + 1, 4);
  expect(() => new FrameReader().push(header)).toThrow(RangeError);
});

test.prop([fc.array(fc.array(fc.double(), { maxLength: 20 })), fc.nat(9), fc.nat(8)])(
  "numbers come back bit for bit, wherever their bytes lie",
  (requests, kind, offset) => {
    const request = new NumbersFrame();
    for (const sent of requests) {
      request.numbers(sent.length).set(sent);
      const bytes = new Uint8Array([...new Uint8Array(offset), ...request.frame(kind)]);
      const [frame] = new FrameReader().push(bytes.subarray(offset));
      expect([frame!.kind, ...decodeNumbers(frame!.body)]).toEqual([kind, ...sent]);
    }
  },
);

test("another number of numbers than expected is refused", () => {
  expect(() => expectNumbers(decodeNumbers(new Uint8Array(16)), 3)).toThrow(RangeError);
  expect(() => decodeNumbers(new Uint8Array(17))).toThrow(RangeError);
});

/** Kinds of frames, as python/gym_bridge.py has them. */
export const frameKinds = { make: 1, reset: 2, step: 3, failure: 9 } as const;

/** No frame is longer: 256 MiB. */
export const mostBytes = 2 ** 28;

const headerBytes = 8;

export interface Frame {
  readonly kind: number;
  readonly body: Uint8Array;
}

/** A frame's bytes: kind and length as little-endian uint32, then the body. */
export function encodeFrame(kind: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerBytes + body.length);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, kind, true);
  header.setUint32(4, body.length, true);
  bytes.set(body, headerBytes);
  return bytes;
}

/** The kind of a whole frame. */
export function kindOf(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
}

/** Puts frames together from chunks that are cut anywhere. */
export class FrameReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #missing = headerBytes;
  #chunks: Uint8Array[] = [];
  #held = 0;

  /** The frames that this chunk completes. Throws RangeError at a length that no frame has. */
  push(chunk: Uint8Array): Frame[] {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#missing) return [];
    this.#bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const frames: Frame[] = [];
    let frame = this.#take();
    while (frame !== undefined) {
      frames.push(frame);
      frame = this.#take();
    }
    this.#chunks = this.#bytes.length === 0 ? [] : [this.#bytes];
    this.#held = this.#bytes.length;
    return frames;
  }

  #take(): Frame | undefined {
    const bytes = this.#bytes;
    this.#missing = headerBytes;
    if (bytes.length < headerBytes) return undefined;
    const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
    const kind = header.getUint32(0, true);
    const length = header.getUint32(4, true);
    if (length > mostBytes) throw new RangeError(`a frame of ${length} bytes`);
    const whole = headerBytes + length;
    this.#missing = whole;
    if (bytes.length < whole) return undefined;
    this.#bytes = bytes.subarray(whole);
    return { kind, body: bytes.subarray(headerBytes, whole) };
  }
}

/** A frame of numbers whose bytes are used again: one request is written only when the one before it was answered. */
export class NumbersFrame {
  #buffer = new ArrayBuffer(headerBytes);
  #length = 0;

  /** Room for `count` numbers, to be filled. Every platform that runs this is little-endian. */
  numbers(count: number): Float64Array {
    this.#length = 8 * count;
    if (this.#buffer.byteLength < headerBytes + this.#length) {
      this.#buffer = new ArrayBuffer(headerBytes + 2 * this.#length);
    }
    return new Float64Array(this.#buffer, headerBytes, count);
  }

  /** The whole frame: valid until `numbers` is called again. */
  frame(kind: number): Uint8Array {
    const header = new Uint32Array(this.#buffer, 0, 2);
    header[0] = kind;
    header[1] = this.#length;
    return new Uint8Array(this.#buffer, 0, headerBytes + this.#length);
  }
}

/** A frame's body as numbers: a view where it lies on a number's boundary, else a copy. Throws RangeError where it is none. */
export function decodeNumbers(body: Uint8Array): Float64Array {
  if (body.length % 8 !== 0) throw new RangeError(`${body.length} bytes for numbers`);
  const { buffer, byteOffset } = body.byteOffset % 8 === 0 ? body : new Uint8Array(body);
  return new Float64Array(buffer, byteOffset, body.length / 8);
}

/** Throws RangeError where they are not so many. */
export function expectNumbers({ length }: Float64Array, expected: number): void {
  if (length !== expected) throw new RangeError(`${length} numbers for ${expected}`);
}

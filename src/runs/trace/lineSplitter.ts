import { traceLimits } from "./limits.ts";
import { LineProblem } from "./traceError.ts";

const lineFeed = 0x0a;

/** Cuts a stream of bytes into lines. What follows the last line end waits for more, or for `rest`. */
export class LineSplitter {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #isTaken = false;

  /** The lines that `chunk` completes, without their ends. A line is valid until the next one is asked for. */
  *push(chunk: Buffer): Generator<Buffer> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(lineFeed, start);
      if (end < 0) break;
      const piece = chunk.subarray(start, end);
      start = end + 1;
      const line = this.#pending.length === 0 ? piece : this.#take(piece);
      const wasTaken = this.#isTaken;
      this.#isTaken = false;
      if (!wasTaken) yield line;
      else if (!isBlank(line)) throw new LineProblem("the line goes on behind its object");
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** The bytes after the last line end, which stay. */
  rest(): Buffer {
    return Buffer.concat(this.#pending);
  }

  /** The rest was used as a line although its end is still to come. */
  takeRest(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#isTaken = true;
  }

  #keep(piece: Buffer): void {
    this.#pendingBytes += piece.length;
    checkLength(this.#pendingBytes);
    this.#pending.push(Buffer.from(piece));
  }

  #take(last: Buffer): Buffer {
    const line = Buffer.concat([...this.#pending, last]);
    this.#pending = [];
    this.#pendingBytes = 0;
    checkLength(line.length);
    return line;
  }
}

/** Whether there is nothing but spaces in it. */
export function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function checkLength(bytes: number): void {
  if (bytes <= traceLimits.lineBytes) return;
  throw new LineProblem(
    `the line is longer than ${traceLimits.lineBytes / 2 ** 20} MiB; a trace is JSON Lines, one object per line`,
  );
}

import { isUtf8 } from "node:buffer";
import { traceLimits } from "./limits.ts";
import { LineProblem } from "./traceError.ts";

/** A line's object as JSON.parse gives it: read own keys only. */
export type LineObject = Readonly<Record<string, unknown>>;

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/** The object of one line; throws a LineProblem where it is not UTF-8, not JSON, too deep or names a key twice. */
export function parseLine(bytes: Buffer): LineObject {
  const { keys, isAscii } = scan(bytes);
  if (!isAscii && !isUtf8(bytes)) throw new LineProblem("the line is not UTF-8");
  const value = parseJson(bytes.toString(isAscii ? "latin1" : "utf8"));
  if (!isObject(value)) throw new LineProblem(`a line is one JSON object, not ${kindOf(value)}`);
  if (keys !== countKeys(value))
    throw new LineProblem("an object names one key twice; each key may stand once");
  return value;
}

/** Whether a JSON value is an object and not a list. */
export function isObject(value: unknown): value is LineObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON value's kind in words. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}

/** Counts the colons outside texts (one a key), and refuses nesting before anything is built. */
function scan(bytes: Buffer): { keys: number; isAscii: boolean } {
  let keys = 0;
  let depth = 0;
  let all = 0;
  const { length } = bytes;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at]!;
    all |= byte;
    if (byte === quote) {
      for (at++; at < length; at++) {
        const inside = bytes[at]!;
        all |= inside;
        if (inside === backslash) at++;
        else if (inside === quote) break;
      }
    } else if (byte === colon) keys++;
    // "[" and "{" differ from "]" and "}" by 2.
    else if ((byte | 0x20) === 0x7b) {
      if (++depth > traceLimits.depth) {
        throw new LineProblem(`brackets are nested more than ${traceLimits.depth} deep`);
      }
    } else if ((byte | 0x20) === 0x7d) depth--;
  }
  return { keys, isAscii: all < 0x80 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const bare = /[:[,]\s*-?(NaN|Infinity)\b/.exec(text);
    if (bare) throw new LineProblem(`${bare[1]} is not JSON; write it as the text "${bare[1]}"`);
    throw new LineProblem(`not JSON (${(error as Error).message.split("\n")[0]?.slice(0, 120)})`);
  }
}

function countKeys(value: unknown): number {
  if (Array.isArray(value)) return countInList(value);
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  for (const key of Object.keys(value)) count += 1 + countKeys((value as LineObject)[key]);
  return count;
}

function countInList(list: readonly unknown[]): number {
  let count = 0;
  for (const item of list) if (typeof item === "object") count += countKeys(item);
  return count;
}

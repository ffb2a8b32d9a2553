import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";

/** Milliseconds of one update by backend. */
export type UpdateTimes = Readonly<Record<string, number>>;

const mostEntries = 200;
const largestFile = 1 << 20;

const form = v.strictObject({
  format: v.literal(1),
  times: v.record(v.string(), v.record(v.string(), v.pipe(v.number(), v.finite(), v.minValue(0)))),
});

/**
 * What updates took on this machine, by a key that names processor, libraries and shape. A file in the folder of the
 * runtimes; one that cannot be read or is not of the form counts as empty, and measuring again mends it.
 */
export class UpdateTimesFile {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, "update-times.json");
  }

  get(key: string): UpdateTimes | undefined {
    const times = this.#read();
    return Object.hasOwn(times, key) ? times[key] : undefined;
  }

  /** Adds or replaces an entry; the oldest go. @returns false where the folder cannot be written, and nothing is remembered. */
  set(key: string, measured: UpdateTimes): boolean {
    const { [key]: _, ...others } = this.#read();
    const times = Object.fromEntries([...Object.entries(others), [key, measured]].slice(-mostEntries));
    const temporary = `${this.#path}.${process.pid}`;
    try {
      mkdirSync(join(this.#path, ".."), { recursive: true });
      writeFileSync(temporary, JSON.stringify({ format: 1, times }));
      renameSync(temporary, this.#path);
      return true;
    } catch {
      return false;
    }
  }

  #read(): Readonly<Record<string, UpdateTimes>> {
    try {
      const text = readFileSync(this.#path, "utf8");
      const parsed = v.safeParse(v.pipe(v.string(), v.maxLength(largestFile), v.parseJson(), form), text);
      return parsed.success ? parsed.output.times : {};
    } catch {
      return {};
    }
  }
}

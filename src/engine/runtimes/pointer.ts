import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as v from "valibot";
import type { RuntimeName } from "./runtime.ts";

const largestPointer = 65_536;
const text = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most));

const pointerForm = v.strictObject({
  format: v.literal(1),
  name: v.picklist(["tensorflow", "webgpu"]),
  version: text(100),
  source: v.picklist(["storage", "python", "setting"]),
  /** The runtime's folder, beside the pointer. */
  home: v.pipe(
    text(200),
    v.check((home) => basename(home) === home && !home.startsWith("."), "names a folder beside it"),
  ),
  /** The folder with the libraries, absolute, where it is not in the runtime's own. */
  libraries: v.nullable(text(4096)),
  device: text(200),
});

/** What a folder of runtimes says is installed: written last and in one step, so that what it names is whole. */
export type RuntimePointer = v.InferOutput<typeof pointerForm>;

export function pointerPath(folder: string, name: RuntimeName): string {
  return join(folder, `${name}.json`);
}

/** The pointer of a runtime in a folder; undefined where there is none, or none that can be believed. */
export function readPointer(folder: string, name: RuntimeName): RuntimePointer | undefined {
  const path = pointerPath(folder, name);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined || size > largestPointer) return undefined;
  const read = v.safeParse(pointerForm, parsed(readFileSync(path, "utf8")));
  return read.success && read.output.name === name ? read.output : undefined;
}

/** Replaces a runtime's pointer in one step: whoever reads sees the old one or the new one. */
export function writePointer(folder: string, pointer: RuntimePointer): void {
  const path = pointerPath(folder, pointer.name);
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(pointer, undefined, 2)}\n`, { flush: true });
  renameSync(fresh, path);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type RuntimePointer, readPointer } from "./pointer.ts";
import type { MissingRuntime, PresentRuntime, Runtime, RuntimeName, RuntimePlaces } from "./runtime.ts";

/** The command that installs a runtime, as a person types it. */
export function installCommand(name: RuntimeName): string {
  return `pgi doctor --install ${name}`;
}

const titles: Readonly<Record<RuntimeName, string>> = { tensorflow: "TensorFlow", webgpu: "WebGPU" };

/** The device of a runtime that was installed where no driver offered one. */
export const noDevice = "no GPU";

/** What is loaded, inside a runtime's folder. */
export const entryWithin: Readonly<Record<RuntimeName, string>> = {
  tensorflow: "tfjs_binding.node",
  webgpu: join("webgpu", "index.js"),
};

/**
 * The runtime of that name that was installed in the first of the places to have it, or what is missing. Reads a few
 * hundred bytes; loads and starts nothing.
 */
export async function findRuntime(name: RuntimeName, places: RuntimePlaces): Promise<Runtime> {
  const wanted = name === "tensorflow" ? places.libraryFolder : undefined;
  let trouble: MissingRuntime | undefined;
  for (const folder of places.folders) {
    const pointer = readPointer(folder, name);
    if (pointer === undefined) continue;
    const runtime = fromPointer(folder, pointer, wanted);
    if (runtime.present) return runtime;
    trouble ??= runtime;
  }
  return trouble ?? missing(name, notInstalled(name, wanted));
}

function fromPointer(
  folder: string,
  { name, home, version, source, libraries, device }: RuntimePointer,
  wanted: string | undefined,
): Runtime {
  if (wanted !== undefined && libraries !== wanted) return missing(name, notInstalled(name, wanted));
  if (libraries !== null && !existsSync(libraries)) {
    return missing(name, `${titles[name]} ${version} was used from ${libraries}, which is no longer there`);
  }
  const entry = join(folder, home, entryWithin[name]);
  if (!existsSync(entry)) return missing(name, `${entry} is no longer there`);
  const found = { present: true, name, version, source, entry, device } as const;
  return { ...found, folder: libraries ?? join(folder, home) } satisfies PresentRuntime;
}

function notInstalled(name: RuntimeName, wanted: string | undefined): string {
  return wanted === undefined
    ? `${titles[name]} is not installed`
    : `the libraries in ${wanted} have not been prepared yet`;
}

function missing(name: RuntimeName, what: string): MissingRuntime {
  return { present: false, name, missing: what, mend: installCommand(name) };
}

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { findRuntime } from "../../src/engine/runtimes/findRuntime.ts";
import { installRuntime } from "../../src/engine/runtimes/installRuntime.ts";
import { placeVariables } from "../../src/engine/runtimes/places.ts";
import { type RuntimeName, runtimeNames } from "../../src/engine/runtimes/runtime.ts";
import { findCompiler } from "../../src/engine/runtimes/tensorflow/binding.ts";
import { tensorflowVersion } from "../../src/engine/runtimes/tensorflow/wheels.ts";
import { webgpuVersion } from "../../src/engine/runtimes/webgpu.ts";
import { UserError } from "../../src/engine/userError.ts";
import { aptInstall } from "../lib/debian.ts";
import { cache } from "../lib/paths.mjs";
import { SetUpError, stage } from "../lib/stage.mjs";
import { softwareVulkan } from "./softwareVulkan.ts";

/** Where tests and benchmarks have their runtimes: another folder for other versions. */
export const runtimesFolder = join(cache, `runtimes-${tensorflowVersion}-${webgpuVersion}`);

const about: Readonly<Record<RuntimeName, string>> = {
  tensorflow: `TensorFlow ${tensorflowVersion} (274 MB to download, 0.9 GB on disk, once)`,
  webgpu: `WebGPU ${webgpuVersion} (51 MB to download, 22 MB on disk, once)`,
};

/**
 * Brings TensorFlow and WebGPU by the product's own installer, and a software Vulkan for machines without a GPU. The
 * result is the environment in which a process finds all of it. Throws SetUpError where that cannot be done.
 */
export async function ensureRuntimes(): Promise<NodeJS.ProcessEnv> {
  const environment = {
    ...process.env,
    ...(await softwareVulkan()),
    [placeVariables.runtimes]: runtimesFolder,
    [placeVariables.libraries]: undefined,
  };
  mkdirSync(runtimesFolder, { recursive: true });
  if (findCompiler(environment) === undefined) await aptInstall(["g++"], "A C++ compiler");
  for (const name of runtimeNames) await ensureRuntime(name, environment);
  return environment;
}

async function ensureRuntime(name: RuntimeName, environment: NodeJS.ProcessEnv): Promise<void> {
  const places = { folders: [runtimesFolder] };
  if ((await findRuntime(name, places)).present) return;
  const { signal } = new AbortController();
  const work = { signal, environment, pythons: [], report: () => undefined };
  await stage(about[name], async () => {
    try {
      await installRuntime(name, places, work);
    } catch (error) {
      throw error instanceof UserError ? new SetUpError(error.line) : error;
    }
  });
}

import type { BackendFinding, DoctorReport } from "../../protocol/doctor.ts";
import { processorName } from "../backends/backends.ts";
import { findRuntime } from "../runtimes/findRuntime.ts";
import { sweepPlaces } from "../runtimes/installation.ts";
import { prove } from "../runtimes/proof.ts";
import {
  type PresentRuntime,
  type RuntimeName,
  type RuntimePlaces,
  runtimeNames,
} from "../runtimes/runtime.ts";
import { UserError } from "../userError.ts";
import { programVersion } from "../version.ts";
import { examinePrograms, type ProgramPlaces } from "./programs.ts";

export interface DoctorPlaces extends ProgramPlaces {
  readonly runtimes: RuntimePlaces;
}

/** Looks at everything that training can use. Every installed runtime is loaded, in a process of its own, and computes. */
export async function examine(places: DoctorPlaces): Promise<DoctorReport> {
  sweepPlaces(places.runtimes);
  const [runtimes, programs] = await Promise.all([
    Promise.all(runtimeNames.map((name) => examineRuntime(name, places))),
    examinePrograms(places),
  ]);
  return { version: programVersion, backends: [kernels(), ...runtimes], programs };
}

function kernels(): BackendFinding {
  return {
    name: "kernels",
    state: "ok",
    version: programVersion,
    device: processorName(),
    precision: "float64",
    deterministic: true,
    folder: "",
    missing: "",
    mend: "",
  };
}

async function examineRuntime(
  name: RuntimeName,
  { runtimes, environment }: DoctorPlaces,
): Promise<BackendFinding> {
  const runtime = await findRuntime(name, runtimes);
  if (runtime.present) return examinePresent(runtime, environment);
  const { missing, mend } = runtime;
  return { ...blank, name, state: "absent", missing, mend };
}

const blank = {
  version: "",
  device: "",
  precision: "float32",
  deterministic: null,
  folder: "",
  missing: "",
  mend: "",
} as const;

async function examinePresent(
  runtime: PresentRuntime,
  environment: NodeJS.ProcessEnv,
): Promise<BackendFinding> {
  const { name, version, folder, device } = runtime;
  const found = { ...blank, name, version, folder } as const;
  try {
    const proof = await prove(runtime, { environment });
    // The installer asked the driver for the card's name, which TensorFlow does not tell.
    const named = proof.device === "GPU" ? device : proof.device;
    return { ...found, state: "ok", device: named, deterministic: proof.deterministic };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.code === "no_device") return { ...found, state: "wrong", ...noCard() };
    return { ...found, state: "wrong", missing: error.line, mend: `pgi doctor --install ${name}` };
  }
}

/** WebGPU is there and no adapter is: on Linux that is the driver, or the loader that finds it. */
function noCard() {
  const mend =
    process.platform === "linux"
      ? "install the card's driver and Vulkan's loader: sudo apt-get install libvulkan1 mesa-vulkan-drivers"
      : "install the graphics card's driver";
  return { missing: "no GPU that WebGPU can use", mend };
}

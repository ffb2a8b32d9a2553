import { UserError } from "../userError.ts";
import { findRuntime, noDevice } from "./findRuntime.ts";
import { installInto } from "./installation.ts";
import type { PresentRuntime, RuntimeName, RuntimePlaces } from "./runtime.ts";
import { fillTensorflow } from "./tensorflow/install.ts";
import { fillWebgpu } from "./webgpu.ts";
import type { InstallWork } from "./work.ts";

const titles: Readonly<Record<RuntimeName, string>> = { tensorflow: "TensorFlow", webgpu: "WebGPU" };

/**
 * Installs a runtime into the first of the places, in the place of the one that is there. Throws a `UserError` whose line
 * says what is wrong and what to do; what was installed before is kept then.
 */
export async function installRuntime(
  name: RuntimeName,
  places: RuntimePlaces,
  work: InstallWork,
): Promise<PresentRuntime> {
  const [folder] = places.folders;
  if (folder === undefined) throw new Error("there is no folder to install into");
  try {
    await installInto(folder, name, (workshop) =>
      name === "tensorflow"
        ? fillTensorflow(workshop, places.libraryFolder, work)
        : fillWebgpu(workshop, work),
    );
  } catch (error) {
    throw explained(error, name, folder, work.signal);
  }
  const found = await findRuntime(name, places);
  if (found.present) return found;
  throw new Error(`${titles[name]} was installed, but then: ${found.missing}`);
}

const diskTroubles: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "your share of the disk is full",
  EACCES: "it may not be written to",
  EPERM: "it may not be written to",
  EROFS: "it is read-only",
  ENOTDIR: "a part of its path is not a folder",
  EEXIST: "a file is in the way",
};

function explained(error: unknown, name: RuntimeName, folder: string, signal: AbortSignal): unknown {
  if (signal.aborted) {
    return new UserError(
      "cancelled",
      `The installation of ${titles[name]} was cancelled; nothing was installed.`,
    );
  }
  const trouble = diskTroubles[(error as NodeJS.ErrnoException).code ?? ""];
  if (error instanceof UserError || trouble === undefined) return error;
  return new UserError(
    "disk",
    `${titles[name]} cannot be installed into ${folder}: ${trouble}.`,
    "Mend that, or name another folder in PGI_RUNTIMES; nothing was installed.",
  );
}

/** What an installation ends with, in one line: version, device, and that its gradient is that of `kernels`. */
export function installedLine({ name, version, device, source, folder }: PresentRuntime): string {
  const proof =
    device === noDevice
      ? "but no GPU was found: pgi doctor says more"
      : `on ${device}: its gradient equals that of kernels`;
  const whose = source === "storage" ? "" : ` (libraries of ${folder})`;
  return `${titles[name]} ${version}${whose}, ${proof}.`;
}

import { existsSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { isProcessor } from "../../backends/names.ts";
import { UserError } from "../../userError.ts";
import { entryWithin } from "../findRuntime.ts";
import type { Installed } from "../installation.ts";
import { prove } from "../proof.ts";
import type { InstallWork } from "../work.ts";
import { compileBinding, takeShippedBinding } from "./binding.ts";
import { nvidiaCard } from "./graphicsCard.ts";
import { librariesIn, requireOurKind, requireSupport, type TensorflowLibraries } from "./libraries.ts";
import { findInPythons } from "./pythons.ts";
import { bringWheels } from "./wheels.ts";

/**
 * Fills a workshop with a TensorFlow that computes: its libraries from the folder that the person named, else from a Python
 * environment, else downloaded; and a binding linked to them that has been proved. Throws a `UserError` where that fails.
 */
export async function fillTensorflow(
  workshop: string,
  libraryFolder: string | undefined,
  work: InstallWork,
): Promise<Installed> {
  requireSupport(process.platform);
  if (libraryFolder !== undefined) return fromFolder(workshop, libraryFolder, work);
  const found = await fromPython(workshop, work);
  return found ?? fromWheels(workshop, work);
}

async function fromFolder(workshop: string, folder: string, work: InstallWork): Promise<Installed> {
  const libraries = librariesIn(folder);
  if (libraries === undefined) throw noLibraries(folder);
  const { version, device } = await linkAndProve(workshop, libraries, work);
  return { version, device, source: "setting", libraries: folder };
}

function noLibraries(folder: string): UserError {
  const what = existsSync(folder) ? "has none of TensorFlow's libraries" : "does not exist";
  return new UserError(
    "libraries",
    `The folder ${folder} ${what} (libtensorflow_cc and libtensorflow_framework).`,
    "Name the folder tensorflow of a Python environment in policyGradient.tensorflow.libraryFolder or PGI_TENSORFLOW, or leave it empty.",
  );
}

/** The newest TensorFlow of a Python environment that can be linked and proved; undefined where none can. */
async function fromPython(workshop: string, work: InstallWork): Promise<Installed | undefined> {
  work.report({ step: "Looking for TensorFlow in the Python environments" });
  for (const { version, libraries } of findInPythons(work.environment, work.pythons)) {
    work.report({ step: `Trying TensorFlow ${version} of ${libraries.folder}` });
    try {
      const proof = await linkAndProve(workshop, libraries, work);
      return { ...proof, source: "python", libraries: libraries.folder };
    } catch (error) {
      if (!(error instanceof UserError) || error.code === "compiler") throw error;
      work.report({ step: `TensorFlow ${version} of ${libraries.folder} is passed over: ${error.message}` });
    }
  }
  return undefined;
}

async function fromWheels(workshop: string, work: InstallWork): Promise<Installed> {
  const card = await nvidiaCard(work.environment, workshop);
  if (card.state === "noDriver") {
    work.report({ step: "An NVIDIA GPU is here, but its driver does not answer: the CPU variant is taken" });
  }
  await bringWheels(workshop, card.state === "ready", work);
  const libraries = librariesIn(join(workshop, "site"));
  if (libraries === undefined) {
    throw new UserError(
      "platform",
      "The downloaded wheel has no libraries for this platform.",
      "Name a folder that has them in policyGradient.tensorflow.libraryFolder or PGI_TENSORFLOW.",
    );
  }
  const proof = await linkAndProve(workshop, libraries, work);
  const isUnused = card.state === "ready" && isProcessor(proof.device);
  if (isUnused) work.report({ step: `TensorFlow does not use the ${card.name}: its driver is too old` });
  return { ...proof, source: "storage", libraries: null };
}

/** Makes `libraries` and the binding in a workshop, and lets it compute. A shipped binding that does not load is replaced. */
async function linkAndProve(
  workshop: string,
  libraries: TensorflowLibraries,
  work: InstallWork,
): Promise<{ version: string; device: string }> {
  requireOurKind(libraries);
  const isOwn = libraries.folder.startsWith(workshop);
  const link = join(workshop, "libraries");
  rmSync(link, { force: true });
  symlinkSync(isOwn ? join("site", "tensorflow") : libraries.folder, link);
  const binding = join(workshop, entryWithin.tensorflow);
  // The shipped one is not linked to CUDA's libraries, which TensorFlow then would look for in vain.
  const isTaken = libraries.cuda.length === 0 && takeShippedBinding(binding);
  const shipped = isTaken ? await provedShipped(binding, work) : undefined;
  if (shipped) return shipped;
  work.report({ step: "Compiling the binding" });
  await compileBinding(binding, libraries, work);
  return proved(binding, work);
}

/** What TensorFlow says of itself once it has computed, with the name of the card that it used. */
async function proved(entry: string, work: InstallWork): Promise<{ version: string; device: string }> {
  work.report({ step: "Comparing a gradient with kernels" });
  const { version, device } = await prove({ name: "tensorflow", entry, version: "" }, work);
  if (device !== "GPU") return { version, device };
  const card = await nvidiaCard(work.environment, dirname(entry));
  return { version, device: card.state === "ready" ? card.name : device };
}

/** Undefined where the shipped binding does not load here. */
async function provedShipped(
  binding: string,
  work: InstallWork,
): Promise<{ version: string; device: string } | undefined> {
  try {
    return await proved(binding, work);
  } catch (error) {
    if (error instanceof UserError && error.code === "proof") return undefined;
    throw error;
  }
}

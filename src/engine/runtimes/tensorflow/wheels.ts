import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { requireSpace } from "../disk.ts";
import { type Download, download, NetworkError } from "../download.ts";
import { Pip, type Wheel } from "../pip.ts";
import { unpackZip } from "../unpackZip.ts";
import { formatBytes, type InstallWork } from "../work.ts";

/** The TensorFlow that is downloaded where none is found. */
export const tensorflowVersion = "2.21.0";

/** A package's libraries shrink to about a third in its wheel. */
const unpackedRatio = 3.5;

/** Headers and libraries that the binding is made from, CUDA's libraries, and the licences of both. */
const wanted = [
  /^tensorflow\/libtensorflow_(cc|framework)(\.\d+)?\.(so|dylib)(\.\d+)*$/,
  /^tensorflow\/include\/(tensorflow\/(c|core\/platform)|tsl|xla\/tsl)\/.*\.h$/,
  /^nvidia\/[^/]+\/lib\/[^/]+\.so(\.\d+)*$/,
  /^[^/]+\.dist-info\/(METADATA|.*LICEN[CS]E[^/]*)$/i,
];

/** CUDA's compiler: TensorFlow's operations come compiled. */
const notNeeded = /^nvidia-cuda-nvcc-/;

/** The requirement that fits this machine: with CUDA's libraries, without, or the one variant there is. */
export function requirementFor(isForGpu: boolean): string {
  const isIntelLinux = process.platform === "linux" && process.arch === "x64";
  if (!isIntelLinux) return `tensorflow==${tensorflowVersion}`;
  return isForGpu ? `tensorflow[and-cuda]==${tensorflowVersion}` : `tensorflow-cpu==${tensorflowVersion}`;
}

/**
 * Downloads TensorFlow through the person's own pip configuration and unpacks what is needed of it into the folder `site`
 * of a workshop, one wheel after the other.
 */
export async function bringWheels(workshop: string, isForGpu: boolean, work: InstallWork): Promise<void> {
  const requirement = requirementFor(isForGpu);
  const scratch = join(workshop, "downloads");
  const site = join(workshop, "site");
  mkdirSync(scratch);
  mkdirSync(site);
  work.report({ step: `Asking pip for ${requirement}` });
  const pip = await Pip.find(work, scratch);
  const resolved = await pip.resolve(requirement, isForGpu);
  const wheels = resolved?.filter(({ name }) => isNeeded(name));
  if (wheels === undefined)
    await unpackWheel(await downloadByPip(pip, requirement, scratch, work), site, work);
  for (const [index, wheel] of (wheels ?? []).entries()) {
    const place = wheels && wheels.length > 1 ? ` (${index + 1} of ${wheels.length})` : "";
    const file = await fetchWheel(pip, wheel, place, scratch, work);
    await unpackWheel(file, site, work);
  }
  rmSync(scratch, { recursive: true });
}

function isNeeded(name: string): boolean {
  return /^(tensorflow([_-]cpu)?|nvidia-.*)$/i.test(name) && !notNeeded.test(name);
}

/** Streams a wheel; where that is not possible (a proxy, a password, a certificate that only pip knows), lets pip do it. */
async function fetchWheel(
  pip: Pip,
  wheel: Wheel,
  place: string,
  folder: string,
  work: InstallWork,
): Promise<string> {
  if (wheel.digest === "") return downloadByPip(pip, `${wheel.name}==${wheel.version}`, folder, work);
  const file = join(folder, `${wheel.name}.whl`);
  try {
    await streamed(wheel, place, file, folder, work);
    return file;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    rmSync(file, { force: true });
    return downloadByPip(pip, `${wheel.name}==${wheel.version}`, folder, work);
  }
}

async function streamed(
  item: Download,
  place: string,
  file: string,
  folder: string,
  { report, signal }: InstallWork,
): Promise<void> {
  let isChecked = false;
  await download(item, file, {
    signal,
    onBytes: (done, total) => {
      if (total !== undefined && !isChecked) requireSpace(folder, (total - done) * unpackedRatio, item.title);
      isChecked = true;
      const size = total === undefined ? "" : `, ${formatBytes(total)}`;
      report({
        step: `Downloading ${item.title}${size}${place}`,
        done,
        ...(total !== undefined && { total }),
      });
    },
  });
}

function downloadByPip(
  pip: Pip,
  requirement: string,
  folder: string,
  { report }: InstallWork,
): Promise<string> {
  const step = `Downloading ${requirement} with pip`;
  report({ step });
  return pip.download(requirement, folder, (done) => report({ step, done }));
}

async function unpackWheel(file: string, site: string, { report, signal }: InstallWork): Promise<void> {
  await unpackZip(file, site, {
    title: "The wheel",
    wants: (name) => wanted.some((form) => form.test(name)),
    signal,
    onBytes: (done, total) => report({ step: `Unpacking ${formatBytes(total)}`, done, total }),
  });
  rmSync(file);
}

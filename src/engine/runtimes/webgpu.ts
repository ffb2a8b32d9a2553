import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../userError.ts";
import { requireSpace } from "./disk.ts";
import { download, NetworkError } from "./download.ts";
import { entryWithin, noDevice } from "./findRuntime.ts";
import type { Installed } from "./installation.ts";
import { Npm } from "./npm.ts";
import { prove } from "./proof.ts";
import { unpackTar } from "./unpackTar.ts";
import { formatBytes, type InstallWork } from "./work.ts";

const name = "webgpu";
/** The version of npm's package `webgpu` (Dawn) that is installed. */
export const webgpuVersion = "0.6.2";

/** The folder of this platform's binary inside the package. */
const platformFolder = `${process.platform}-${process.platform === "darwin" ? "universal" : process.arch}`;

/** The archive holds five platforms' binaries; one is unpacked. */
const unpackedRatio = 2;

/** Fills a workshop with npm's package `webgpu`, of which only this platform's binary is taken. */
export async function fillWebgpu(workshop: string, work: InstallWork): Promise<Installed> {
  const scratch = join(workshop, "downloads");
  const home = join(workshop, "webgpu");
  mkdirSync(scratch);
  mkdirSync(home);
  work.report({ step: `Asking npm for ${name} ${webgpuVersion}` });
  const archive = await fetchArchive(scratch, work);
  await unpackTar(archive, home, {
    title: `${name} ${webgpuVersion}`,
    wants: (path) =>
      /^(index\.js|package\.json|LICENSE\.md)$/.test(path) || path.startsWith(`dist/${platformFolder}/`),
    signal: work.signal,
    onBytes: (done) => work.report({ step: `Unpacking ${formatBytes(done)}`, done }),
  });
  rmSync(scratch, { recursive: true });
  requirePlatform(home);
  work.report({ step: "Comparing a gradient with kernels" });
  const device = await provedDevice(join(workshop, entryWithin.webgpu), work);
  return { version: webgpuVersion, device, source: "storage", libraries: null };
}

/** What it computed on. Without a driver it is installed all the same, so that it is there when the driver is. */
async function provedDevice(entry: string, work: InstallWork): Promise<string> {
  try {
    return (await prove({ name, entry, version: webgpuVersion }, work)).device;
  } catch (error) {
    if (error instanceof UserError && error.code === "no_device") return noDevice;
    throw error;
  }
}

/** Streams the archive; where that is not possible (a proxy, a password, a certificate that only npm knows), lets npm do it. */
async function fetchArchive(folder: string, work: InstallWork): Promise<string> {
  const npm = new Npm(work, folder);
  const item = await npm.resolve(name, webgpuVersion);
  const file = join(folder, `${name}.tgz`);
  let isChecked = false;
  try {
    await download(item, file, {
      signal: work.signal,
      onBytes: (done, total) => {
        if (total !== undefined && !isChecked) requireSpace(folder, total * unpackedRatio, item.title);
        isChecked = true;
        const size = total === undefined ? "" : `, ${formatBytes(total)}`;
        work.report({
          step: `Downloading ${item.title}${size}`,
          done,
          ...(total !== undefined && { total }),
        });
      },
    });
    return file;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    rmSync(file, { force: true });
    work.report({ step: `Downloading ${item.title} with npm` });
    return npm.download(name, webgpuVersion);
  }
}

function requirePlatform(home: string): void {
  if (existsSync(join(home, "dist", platformFolder, "dawn.node"))) return;
  throw new UserError(
    "platform",
    `${name} ${webgpuVersion} has no build for ${process.platform}-${process.arch}.`,
    "kernels computes everywhere; for TensorFlow: pgi doctor --install tensorflow",
  );
}

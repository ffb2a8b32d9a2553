import { closeSync, existsSync, openSync, readdirSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../userError.ts";

/** A folder with the two libraries that a binding is linked to, and the headers beside them. */
export interface TensorflowLibraries {
  readonly folder: string;
  readonly core: string;
  readonly framework: string;
  /** The folder with `tensorflow/c/c_api.h`, or undefined where only the libraries are there. */
  readonly include: string | undefined;
  /** Folders with CUDA's libraries that came with TensorFlow; empty for the CPU variant. */
  readonly cuda: readonly string[];
}

type Names = readonly [core: string, framework: string];

/** The libraries' names in a Python package, then in TensorFlow's own archive for C. */
const namesByPlatform: Partial<Record<NodeJS.Platform, readonly Names[]>> = {
  linux: [
    ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"],
    ["libtensorflow.so.2", "libtensorflow_framework.so.2"],
  ],
  darwin: [
    ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"],
    ["libtensorflow.2.dylib", "libtensorflow_framework.2.dylib"],
  ],
};

/** Throws where TensorFlow cannot be used on a platform at all. */
export function requireSupport(platform: NodeJS.Platform): void {
  if (namesByPlatform[platform] !== undefined) return;
  throw new UserError(
    "platform",
    `TensorFlow for ${platform} has no libraries that a program can be linked to.`,
    "Install WebGPU instead: pgi doctor --install webgpu",
  );
}

/** The libraries in a folder, or in its `tensorflow` or `lib`; undefined where there are none. */
export function librariesIn(folder: string, platform = process.platform): TensorflowLibraries | undefined {
  const folders = [folder, join(folder, "tensorflow"), join(folder, "lib")];
  for (const candidate of folders) {
    for (const [core, framework] of namesByPlatform[platform] ?? []) {
      if (!existsSync(join(candidate, core)) || !existsSync(join(candidate, framework))) continue;
      const include = [join(candidate, "include"), join(dirname(candidate), "include")].find((path) =>
        existsSync(join(path, "tensorflow", "c", "c_api.h")),
      );
      return { folder: candidate, core, framework, include, cuda: cudaFolders(dirname(candidate)) };
    }
  }
  return undefined;
}

/** The `lib` folders of the nvidia packages that stand beside TensorFlow's own. */
function cudaFolders(packages: string): string[] {
  const nvidia = join(packages, "nvidia");
  if (!existsSync(nvidia)) return [];
  return readdirSync(nvidia)
    .sort()
    .map((name) => join(nvidia, name, "lib"))
    .filter((folder) => existsSync(folder));
}

/** Throws where a library was made for another operating system or processor than this process runs on. */
export function requireOurKind({ folder, core }: TensorflowLibraries): void {
  const kind = kindOf(join(folder, core));
  const ours = `${process.platform}-${process.arch}`;
  if (kind === ours || kind === `${process.platform}-universal`) return;
  throw new UserError(
    "platform",
    `${join(folder, core)} is made for ${kind ?? "no platform that is known here"}, and this is ${ours}.`,
    "Name a folder with TensorFlow's libraries for this machine, or let them be downloaded.",
  );
}

const elfProcessors: Readonly<Record<number, string>> = { 62: "x64", 183: "arm64" };
const machProcessors: Readonly<Record<number, string>> = { 16777223: "x64", 16777228: "arm64" };

/** What a shared library was made for, from its first bytes: "linux-x64"; undefined where they are something else. */
export function kindOf(path: string): string | undefined {
  const head = headOf(path);
  if (head.length < 20) return undefined;
  const magic = head.readUInt32BE(0);
  if (magic === 0x7f454c46) return named("linux", elfProcessors[head.readUInt16LE(18)]);
  if (magic === 0xcffaedfe) return named("darwin", machProcessors[head.readUInt32LE(4)]);
  if (magic === 0xcafebabe) return "darwin-universal";
  return head.toString("latin1", 0, 2) === "MZ" ? "win32" : undefined;
}

function named(platform: string, processor: string | undefined): string {
  return `${platform}-${processor ?? "another processor"}`;
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(64);
  const file = openSync(path, "r");
  try {
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
}

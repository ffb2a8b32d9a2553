import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { isProgram, searchFolders } from "../programs.ts";
import { librariesIn, type TensorflowLibraries } from "./libraries.ts";

/** A TensorFlow that some Python environment has already. */
export interface FoundTensorflow {
  /** From the package's own metadata, e.g. "2.21.0". */
  readonly version: string;
  readonly libraries: TensorflowLibraries;
}

/** The first TensorFlow whose libraries were linkable; older ones have no stable names. */
const oldest = [2, 12] as const;

const programNames = process.platform === "win32" ? ["python.exe"] : ["python3", "python"];

/**
 * Python programs of this machine, the person's choice first: those given, the active environment's, those on the PATH.
 * Nothing is run.
 */
export function pythonPrograms(environment: NodeJS.ProcessEnv, given: readonly string[]): string[] {
  const active = [environment.VIRTUAL_ENV, environment.CONDA_PREFIX].flatMap((root) =>
    root ? [join(root, process.platform === "win32" ? "Scripts" : "bin"), root] : [],
  );
  const programs = [...active, ...searchFolders(environment)].flatMap((folder) =>
    programNames.map((name) => join(folder, name)),
  );
  return unique([...given, ...programs].filter(isProgram));
}

/** Every TensorFlow in the Python environments that can be found, by looking at their files; newest first. */
export function findInPythons(environment: NodeJS.ProcessEnv, given: readonly string[]): FoundTensorflow[] {
  const found = environmentRoots(environment, given)
    .flatMap(packageFolders)
    .flatMap((packages) => tensorflowIn(packages) ?? []);
  return found
    .filter(({ version }) => compareVersions(version, oldest.join(".")) >= 0)
    .sort((a, b) => compareVersions(b.version, a.version));
}

/** The first Python environment with a package, by its metadata: its version and the folder it is in. */
export function findPackage(
  name: string,
  environment: NodeJS.ProcessEnv,
  given: readonly string[],
): { readonly version: string; readonly folder: string } | undefined {
  for (const folder of environmentRoots(environment, given).flatMap(packageFolders)) {
    const version = versionIn(folder, name);
    if (version !== undefined) return { version, folder };
  }
  return undefined;
}

function environmentRoots(environment: NodeJS.ProcessEnv, given: readonly string[]): string[] {
  const home = environment.HOME ?? environment.USERPROFILE ?? homedir();
  const roots = pythonPrograms(environment, given).flatMap((program) => [
    dirname(dirname(program)),
    dirname(dirname(realPath(program))),
  ]);
  const conda = ["miniconda3", "anaconda3", "miniforge3", "mambaforge"].map((name) => join(home, name));
  const listed = linesOf(join(home, ".conda", "environments.txt"));
  const pyenv = join(environment.PYENV_ROOT ?? join(home, ".pyenv"), "versions");
  const nested = [pyenv, ...conda.map((root) => join(root, "envs"))].flatMap(foldersIn);
  // Debian's own Python has what pip installs under /usr/local.
  const beside = roots.includes("/usr") ? ["/usr/local"] : [];
  return unique([...roots, ...conda, ...listed, ...nested, join(home, ".local"), ...beside]);
}

/** `site-packages` and Debian's `dist-packages` of an environment's folder. */
function packageFolders(root: string): string[] {
  if (process.platform === "win32") return [join(root, "Lib", "site-packages")];
  const lib = join(root, "lib");
  return foldersIn(lib)
    .filter((folder) => /^python3(\.\d+)?$/.test(basename(folder)))
    .flatMap((folder) => [join(folder, "site-packages"), join(folder, "dist-packages")]);
}

function tensorflowIn(packages: string): FoundTensorflow | undefined {
  const libraries = librariesIn(join(packages, "tensorflow"));
  if (libraries === undefined) return undefined;
  const version = versionIn(packages, "tensorflow(?:_cpu|_rocm|_intel|_macos)?");
  return version === undefined ? undefined : { version, libraries };
}

/** The version of a package, whose name is an expression, by the metadata beside it. */
function versionIn(packages: string, name: string): string | undefined {
  const form = new RegExp(`^${name}-(\\d[\\w.+]*)\\.dist-info$`);
  return foldersIn(packages)
    .map((path) => form.exec(basename(path))?.[1])
    .find((version) => version !== undefined);
}

/** Below 0 where version a is older than b; what follows the numbers is left out. */
export function compareVersions(a: string, b: string): number {
  const numbers = (version: string) => version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [left, right] = [numbers(a), numbers(b)];
  for (let place = 0; place < 3; place++) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    // Somebody else's environment that we may not read is as good as none.
    return [];
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "");
  } catch {
    // There is no conda, or its list is not ours to read.
    return [];
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // It was there a moment ago; its own place is the best answer left.
    return path;
  }
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

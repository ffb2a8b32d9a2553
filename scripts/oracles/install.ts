import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onPath } from "../lib/debian.ts";
import { cache, root } from "../lib/paths.mjs";
import { capture, mustRun } from "../lib/processes.mjs";
import { SetUpError, secondsSince } from "../lib/stage.mjs";

const requirements = join(root, "scripts", "oracles", "requirements.txt");

/** What the pinned packages take on Linux, where PyPI's PyTorch brings CUDA along, in bytes. */
const diskBytes = 5.8e9;
const sizes = "3.1 GB to download, 5.8 GB on disk, once";

const oldest = [3, 11] as const;

/** The environment's folder: another one for other requirements, another Python or another machine. */
function homeOf(pythonVersion: string): string {
  const hash = createHash("sha256")
    .update([readFileSync(requirements, "utf8"), pythonVersion, process.platform, process.arch].join("\0"))
    .digest("hex");
  return join(cache, `oracles-${hash.slice(0, 12)}`);
}

function pythonOf(folder: string): string {
  return process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
}

/**
 * The Python of the environment that holds the oracles (PyTorch, JAX, Gymnasium, Stable-Baselines3), made where it is missing.
 * Throws SetUpError where that cannot be done.
 */
export async function ensureOracles(): Promise<string> {
  const { program, version } = await systemPython();
  const home = homeOf(version);
  if (!existsSync(home)) await make(home, program);
  return pythonOf(home);
}

/** The first Python on PATH that is new enough, and its version as `3.11`. */
async function systemPython(): Promise<{ program: string; version: string }> {
  for (const name of ["python3", "python3.13", "python3.12", "python3.11", "python"]) {
    const program = onPath([name]);
    const version = program && (await versionOf(program));
    if (program && version && isNewEnough(version)) return { program, version };
  }
  throw new SetUpError(`The oracles need Python ${oldest.join(".")} or newer; there is none on PATH.`);
}

async function versionOf(program: string): Promise<string | undefined> {
  const { code, output } = await capture(program, ["--version"]);
  return code === 0 ? /Python (\d+\.\d+)/.exec(output)?.[1] : undefined;
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** Made under a temporary name and renamed when it works, so that an interrupted download leaves nothing half made. */
async function make(home: string, program: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  refuseFullDisk();
  const start = performance.now();
  console.log(`Oracles (PyTorch, JAX, Gymnasium, Stable-Baselines3): ${sizes}`);
  const folder = `${home}.${process.pid}`;
  try {
    await fill(folder, program);
    renameSync(folder, home);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  console.log(`Oracles: ${secondsSince(start)}`);
}

function refuseFullDisk(): void {
  const { bavail, bsize } = statfsSync(cache);
  if (bavail * bsize > 1.2 * diskBytes) return;
  const free = ((bavail * bsize) / 1e9).toFixed(1);
  throw new SetUpError(`The oracles take ${diskBytes / 1e9} GB; ${cache} has ${free} GB left.`);
}

/** Debian's python3 has no ensurepip without the package python3-venv, but its pip can install into any environment. */
async function fill(folder: string, program: string): Promise<void> {
  await mustRun("oracles-venv", program, ["-m", "venv", "--without-pip", folder]);
  const python = pythonOf(folder);
  const install = ["install", "--no-cache-dir", "--disable-pip-version-check", "-r", requirements];
  const { code, last } = await pip(program, ["-m", "pip", "--python", python, ...install]);
  if (code !== 0) throw new SetUpError(`The oracles could not be installed: ${last}`);
  await mustRun("oracles-check", python, ["-c", "import gymnasium, jax, numpy, stable_baselines3, torch"]);
}

/** Runs pip and passes on what it downloads, largest packages only. */
function pip(program: string, args: readonly string[]): Promise<{ code: number; last: string }> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let last = "no output";
  const read = (line: string) => {
    if (/error|No module/i.test(line)) last = line;
    const download = /Downloading (\S+?)-[\d.]+\S* \(([\d.]+) MB\)/.exec(line);
    if (download && Number(download[2]) > 20) console.log(`  ${download[1]} ${download[2]} MB`);
    if (line.startsWith("Installing")) console.log("  installing");
  };
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", read);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, last }));
  });
}

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withRunErrors } from "./runError.ts";
import { writerLockPath } from "./writerLock.ts";

/** The ending of a run's file name. */
export const runExtension = ".pgrun";

/** What a new run's name is made of. */
export interface RunNaming {
  readonly environment: string;
  readonly algorithm: string;
  readonly seed: number;
}

/** Where the runs of an open folder live. */
export function runsFolder(folder: string): string {
  return join(folder, ".policy-gradient", "runs");
}

/** Makes `runsFolder(folder)`, kept out of version control by a .gitignore of its own. Throws RunError. */
export function ensureRunsFolder(folder: string): string {
  return ensureIgnored(runsFolder(folder));
}

/** Makes the folder of an open folder's sweeps, kept out of version control like its runs. Throws RunError. */
export function ensureSweepsFolder(folder: string): string {
  return ensureIgnored(join(folder, ".policy-gradient", "sweeps"));
}

function ensureIgnored(path: string): string {
  withRunErrors(path, () => {
    mkdirSync(path, { recursive: true });
    const ignore = join(path, ".gitignore");
    if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
  });
  return path;
}

/** A free path for a new run of an open folder: environment, algorithm and seed, then a counter where that is taken. */
export function newRunPath(folder: string, naming: RunNaming): string {
  return freePath(ensureRunsFolder(folder), `${naming.environment}-${naming.algorithm}-seed${naming.seed}`);
}

/** `name`, made safe, as a run's path in `folder`, with a counter from 2 on where it is taken or about to be. */
export function freePath(folder: string, name: string): string {
  const stem = safeFileName(name);
  for (let counter = 1; ; counter++) {
    const path = join(folder, `${stem}${counter === 1 ? "" : `-${counter}`}${runExtension}`);
    if (!existsSync(path) && !existsSync(writerLockPath(path))) return path;
  }
}

const longestName = 100;
const reservedOnWindows = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Text as a file name that every file system takes: letters, digits, dot, hyphen and underscore, at most 100. */
export function safeFileName(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, longestName)
    .replace(/^[-.]+|[-.]+$/g, "");
  if (plain === "") return "run";
  return reservedOnWindows.test(plain) ? `run-${plain}` : plain;
}

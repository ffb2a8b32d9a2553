import { statfsSync } from "node:fs";
import { UserError } from "../userError.ts";
import { formatBytes } from "./work.ts";

/** Throws a `UserError` where the file system of a folder has less than so many bytes left. */
export function requireSpace(folder: string, bytes: number, what: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new UserError(
    "disk",
    `${what} needs ${formatBytes(bytes)} while it is installed, and ${folder} has ${formatBytes(free)} left.`,
    "Free some space, or name a folder on another disk in PGI_RUNTIMES.",
  );
}

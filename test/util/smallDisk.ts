import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { onTestFinished } from "vitest";

/** Mounts a file system of so many kilobytes at `folder` until the test ends; false where this user may not. */
export function mountSmallDisk(folder: string, kilobytes: number): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  mkdirSync(folder);
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder]);
  if (mount.status !== 0) return false;
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  return true;
}

/** Makes a mounted small disk read-only; false where that fails. */
export function makeReadOnly(folder: string): boolean {
  return spawnSync("mount", ["-o", "remount,ro", folder]).status === 0;
}

import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { RunError } from "../../runs/runError.ts";
import { acquireWriterLock, type WriterLock } from "../../runs/writerLock.ts";
import { UserError } from "../userError.ts";
import { type RuntimePointer, readPointer, writePointer } from "./pointer.ts";
import { type RuntimeName, type RuntimePlaces, runtimeNames } from "./runtime.ts";

/** What a finished workshop holds; the pointer's other entries follow from where it is put. */
export type Installed = Omit<RuntimePointer, "format" | "name" | "home">;

const workshopPrefix = (name: RuntimeName) => `.installing-${name}-`;

/**
 * Installs a runtime into a folder as one step: `fill` works in a folder of its own under a temporary name, which gets its
 * lasting name and then the pointer only when all of it is there. Whatever stops it, the runtime that was there before
 * stays; what a killed installation left is removed by the next one. One process at a time installs: the lock is the
 * operating system's and ends with its holder.
 */
export async function installInto(
  folder: string,
  name: RuntimeName,
  fill: (workshop: string) => Promise<Installed>,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const lock = lockOf(folder, name);
  try {
    sweep(folder, name);
    const workshop = mkdtempSync(join(folder, workshopPrefix(name)));
    try {
      const installed = await fill(workshop);
      const home = `${name}-${installed.version}-${basename(workshop).slice(workshopPrefix(name).length)}`;
      renameSync(workshop, join(folder, home));
      writePointer(folder, { format: 1, name, home, ...installed });
    } finally {
      sweep(folder, name);
    }
  } finally {
    lock.release();
  }
}

/** Removes what killed installations left in the places; does nothing where one is at work. */
export function sweepPlaces({ folders }: RuntimePlaces): void {
  for (const folder of folders) for (const name of runtimeNames) sweepLeftovers(folder, name);
}

/** The same for one runtime in one folder. */
export function sweepLeftovers(folder: string, name: RuntimeName): void {
  if (leftovers(folder, name).length === 0) return;
  try {
    const lock = acquireWriterLock(lockPath(folder, name));
    sweep(folder, name);
    lock.release();
  } catch (error) {
    // Somebody installs there, or the folder is not ours to tidy: what is left stays until the next installation.
    if (!(error instanceof RunError)) throw error;
  }
}

function sweep(folder: string, name: RuntimeName): void {
  for (const leftover of leftovers(folder, name)) {
    rmSync(join(folder, leftover), { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Workshops, homes that no pointer names, and pointers that were never put in place. */
function leftovers(folder: string, name: RuntimeName): string[] {
  const home = readPointer(folder, name)?.home;
  return entriesOf(folder).filter(
    (entry) =>
      entry !== home &&
      (entry.startsWith(workshopPrefix(name)) ||
        entry.startsWith(`${name}-`) ||
        entry.startsWith(`${name}.json.`)),
  );
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function lockPath(folder: string, name: RuntimeName): string {
  return join(folder, `.${name}`);
}

function lockOf(folder: string, name: RuntimeName): WriterLock {
  try {
    return acquireWriterLock(lockPath(folder, name));
  } catch (error) {
    if (error instanceof RunError && error.code === "writing") {
      throw new UserError(
        "installing",
        `Another process is installing ${name} into ${folder}.`,
        "Wait until it has finished, then look again with pgi doctor.",
      );
    }
    throw error;
  }
}

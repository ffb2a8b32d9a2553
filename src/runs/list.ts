import { existsSync, readdirSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { openToWrite, stopJournal } from "./connection.ts";
import { companionPaths, removeRunFiles } from "./createFile.ts";
import { runExtension, safeFileName } from "./folder.ts";
import { RunError, withRunErrors } from "./runError.ts";
import { openRun, type RunState, sizeOnDisk } from "./runReader.ts";
import { resumeRun } from "./runWriter.ts";
import { acquireWriterLock } from "./writerLock.ts";

/** One run of a folder. Where it cannot be read, `error` says why and the rest is empty. */
export interface RunListing {
  readonly path: string;
  /** File name. */
  readonly name: string;
  readonly bytes: number;
  readonly updates: number;
  readonly title: string;
  /** ISO 8601. */
  readonly created: string;
  readonly environment: string;
  readonly algorithm: string;
  readonly beingWritten: boolean;
  readonly state?: RunState;
  readonly error?: string;
}

/** The runs of a folder by name, broken ones with their error; none where there is no such folder. Throws RunError. */
export function listRuns(folder: string): readonly RunListing[] {
  if (!existsSync(folder)) return [];
  const names = withRunErrors(folder, () => readdirSync(folder)).filter((name) =>
    name.endsWith(runExtension),
  );
  const order = new Intl.Collator("en", { numeric: true });
  return names.sort(order.compare).map((name) => describeRunFile(join(folder, name)));
}

/** One run as it stands in its folder's list; a broken one with its error. */
export function describeRunFile(path: string): RunListing {
  const listing = { path, name: basename(path), bytes: sizeOnDisk(path) };
  try {
    return { ...listing, ...describeWhole(path) };
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    const nothing = {
      updates: 0,
      title: "",
      created: "",
      environment: "",
      algorithm: "",
      beingWritten: false,
    };
    return { ...listing, ...nothing, error: error.message };
  }
}

function describeWhole(path: string) {
  const run = openRun(path);
  try {
    const { title, created, environment, algorithm } = run.metadata;
    const { state, updateCount: updates } = run;
    return { updates, title, created, environment, algorithm, beingWritten: state === "writing", state };
  } finally {
    run.close();
  }
}

/** Deletes a run's file and what SQLite keeps beside it. Throws RunError "writing" where it is being written. */
export function deleteRun(path: string): void {
  whileUnwritten(path, () => removeRunFiles(path));
}

/**
 * Renames a run's file within its folder; the name is made safe. Returns the new path.
 * Throws RunError "writing", "exists", or "locked" where a reader holds what a killed writer left.
 */
export function renameRun(path: string, name: string): string {
  const stem = name.endsWith(runExtension) ? name.slice(0, -runExtension.length) : name;
  const target = join(dirname(path), safeFileName(stem) + runExtension);
  if (target === path) return path;
  whileUnwritten(path, () => {
    if (existsSync(target)) throw new RunError("exists", target);
    bringIntoOneFile(path);
    renameSync(path, target);
    for (const [index, companion] of companionPaths(path).entries()) {
      if (existsSync(companion)) renameSync(companion, companionPaths(target)[index]!);
    }
  });
  return target;
}

/** Changes a run's title, which lists and panels show. Throws RunError. */
export function retitleRun(path: string, title: string): void {
  const writer = resumeRun(path);
  writer.rename(title);
  writer.close();
}

function whileUnwritten(path: string, action: () => void): void {
  if (!existsSync(path)) throw new RunError("missing", path);
  const lock = acquireWriterLock(path);
  try {
    withRunErrors(path, action);
  } finally {
    lock.release();
  }
}

/** A killed writer's journal belongs to the file by its name: it is merged before the name changes. */
function bringIntoOneFile(path: string): void {
  if (!companionPaths(path).some((companion) => existsSync(companion))) return;
  const database = openedOrBroken(path);
  if (database === undefined) return;
  try {
    if (!stopJournal(database)) throw new RunError("locked", path);
  } finally {
    database.close();
  }
}

function openedOrBroken(path: string) {
  try {
    return openToWrite(path);
  } catch (error) {
    if (error instanceof RunError && (error.code === "damaged" || error.code === "foreign")) return undefined;
    throw error;
  }
}

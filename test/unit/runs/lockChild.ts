import { closeSync, openSync, rmSync } from "node:fs";
import { RunError } from "../../../src/runs/runError.ts";
import { acquireWriterLock } from "../../../src/runs/writerLock.ts";

/**
 * Takes and gives back the lock of the run argv[2] argv[3] times. While it holds it, a marker file that only one process
 * can create must be free. Prints how often it held it and how often the marker was not free.
 */
const [path, times] = process.argv.slice(2);
if (path === undefined) throw new Error("path expected");
const marker = `${path}-marker`;
let held = 0;
let clashes = 0;
while (held < Number(times)) {
  try {
    const lock = acquireWriterLock(path);
    held++;
    if (!mark()) clashes++;
    lock.release();
  } catch (error) {
    if (!(error instanceof RunError && error.code === "writing")) throw error;
  }
}
process.stdout.write(JSON.stringify({ held, clashes }));

function mark(): boolean {
  try {
    closeSync(openSync(marker, "wx"));
  } catch {
    return false;
  }
  rmSync(marker);
  return true;
}

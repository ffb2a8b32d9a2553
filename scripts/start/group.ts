import type { ChildProcess } from "node:child_process";
import { SetUpError } from "../lib/stage.mjs";

/** A program that leads a process group of its own, with everything it started. */
export interface Group {
  /** Fulfilled with the exit code when the leader has ended, 1 where a signal ended it; rejects where it did not start. */
  readonly ended: Promise<number>;
  /** Asks the group to end, and makes it after `patience` milliseconds. */
  stop(patience?: number): Promise<void>;
}

/** The group of a child started with `detached: true`. */
export function groupOf(child: ChildProcess): Group {
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error) => reject(new SetUpError(`${child.spawnfile}: ${error.message}`)));
    child.once("exit", (code) => resolve(code ?? 1));
  });
  return { ended, stop: (patience = 3_000) => stop(child, ended, patience) };
}

async function stop(child: ChildProcess, ended: Promise<number>, patience: number): Promise<void> {
  signal(child, "SIGINT");
  const force = setTimeout(() => signal(child, "SIGKILL"), patience);
  await ended.catch(() => undefined);
  clearTimeout(force);
  signal(child, "SIGKILL");
}

/** A group that has ended already needs no signal. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

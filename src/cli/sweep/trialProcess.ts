import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openRun } from "../../runs/runReader.ts";
import { isBeingWritten } from "../../runs/writerLock.ts";
import { parentVariable } from "../endWithParent.ts";
import type { Trial } from "./folder.ts";
import type { TrialWords } from "./grid.ts";

/** `pgi` itself: the bundle this is a part of, or the sources. */
const program = fileURLToPath(
  import.meta.url.endsWith(".ts") ? new URL("../main.ts", import.meta.url) : import.meta.url,
);

/** How long a writer of an earlier sweep, killed with it, may take to be gone. Milliseconds. */
const patience = 10_000;

/** A trial under way. */
export interface TrialProcess {
  /** Why it failed, in one line; undefined where it came to its end, solved or not. */
  readonly ended: Promise<string | undefined>;
  /** Asks it to stop between two updates, the second time at once; its run is kept and can be taken up again. */
  stop(): void;
}

/**
 * Starts `pgi train` for a trial in a process of its own: anew, or where `goesOn` with the run that an earlier sweep left
 * unfinished, if it left one.
 */
export async function startTrial(
  { words, run }: Trial,
  shared: TrialWords,
  goesOn: boolean,
): Promise<TrialProcess> {
  await freed(run);
  const place = goesOn && hasUpdates(run) ? ["--resume", run] : ["--out", run, "--force"];
  const options = Object.entries({ ...words, ...shared }).map(([option, value]) =>
    value === "" ? `--${option}` : `--${option}=${value}`,
  );
  // A group of its own: Ctrl-C reaches the sweep alone, which then stops its trials in order.
  const child = spawn(process.execPath, [program, "train", ...options, ...place, "--json", "--quiet"], {
    env: { ...process.env, [parentVariable]: String(process.pid) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
    windowsHide: true,
  });
  let isAsked = false;
  const stop = () => {
    child.kill(isAsked ? "SIGKILL" : "SIGTERM");
    isAsked = true;
  };
  return { ended: ending(child), stop };
}

/** Waits until nobody writes a run any more; whoever still does then is met by the trial itself, which says so. */
async function freed(run: string): Promise<void> {
  const deadline = performance.now() + patience;
  while (isBeingWritten(run) && performance.now() < deadline) await after(20);
}

/** Whether there is a run to go on with; one that was killed before its first commit is started anew. */
function hasUpdates(run: string): boolean {
  try {
    const reader = openRun(run);
    try {
      return reader.updateCount > 0;
    } finally {
      reader.close();
    }
  } catch {
    // Missing, or not even begun: --force replaces it.
    return false;
  }
}

async function ending(child: ChildProcess): Promise<string | undefined> {
  const closed = new Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }>(
    (resolve) => {
      child.on("error", (error) => resolve({ code: null, signal: null, error }));
      child.on("close", (code, signal) => resolve({ code, signal }));
    },
  );
  const [said, errors, { code, signal, error }] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    closed,
  ]);
  if (error) return `its process does not start: ${error.message}`;
  if (signal) return `its process was ended by ${signal}`;
  const told = /^pgi: (.*)$/m.exec(errors)?.[1];
  // Exit 1 without a word: it came to its end and is not solved.
  if (code === 0 || (code === 1 && told === undefined && said.includes('"done":true'))) return undefined;
  return told ?? lastLine(errors) ?? `its process ended with ${code}`;
}

function lastLine(output: string): string | undefined {
  return output.trim().split("\n").at(-1) || undefined;
}

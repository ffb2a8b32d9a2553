import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { ForkOptions } from "../engine/forkEngine.ts";
import { scrubEnvironment } from "../engine/scrubEnvironment.ts";

export interface SweepProcessOptions extends ForkOptions {
  /** The words after `pgi sweep`. */
  readonly words: readonly string[];
  /** Called for every trial that has ended. */
  readonly onTrial: () => void;
}

/** How a sweep ended: whether it came to its end, and the trials that failed; or why it could not. */
export type SweepEnd =
  | { readonly ok: true; readonly isWhole: boolean; readonly failed: number }
  | { readonly ok: false; readonly reason: string };

export interface SweepProcess {
  readonly ended: Promise<SweepEnd>;
  /** Asks it to stop between two updates, the second time at once; its runs are kept. */
  stop(): void;
}

/**
 * Starts `pgi sweep` in a process of its own, that ends with this one: over its channel it notices. No shell, no flags, a
 * scrubbed environment.
 */
export function startSweep(options: SweepProcessOptions): SweepProcess {
  const { entry, node, runAsNode, folder, environment, words, onTrial } = options;
  const child = spawn(node, [entry, "sweep", ...words, "--json"], {
    cwd: folder,
    env: { ...scrubEnvironment(process.env, { runAsNode }), ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    windowsHide: true,
  });
  let isAsked = false;
  return {
    ended: endOf(child, onTrial),
    stop: () => {
      child.kill(isAsked ? "SIGKILL" : "SIGTERM");
      isAsked = true;
    },
  };
}

/** Bytes of complaints that are kept: the last line is what is shown. */
const mostSaid = 10_000;

function endOf(child: ChildProcess, onTrial: () => void): Promise<SweepEnd> {
  let end: SweepEnd | undefined;
  let said = "";
  createInterface({ input: child.stdout! }).on("line", (line) => {
    const read = readLine(line);
    if (read === "trial") onTrial();
    else if (read !== undefined) end = read;
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-mostSaid);
  });
  return new Promise((resolve) => {
    child.on("error", ({ message }) => resolve({ ok: false, reason: `pgi does not start: ${message}` }));
    child.on("close", (code, signal) => {
      const last = said
        .trim()
        .split("\n")
        .at(-1)
        ?.replace(/^pgi: /, "");
      const how = signal === null ? `pgi sweep ended with ${code}` : `pgi sweep was ended by ${signal}`;
      resolve(end ?? { ok: false, reason: last || how });
    });
  });
}

/** A line of `pgi sweep --json`: of a trial, or the last one with the whole; undefined for another. */
export function readLine(line: string): "trial" | SweepEnd | undefined {
  try {
    const { trial, done, failed } = JSON.parse(line) as Record<string, unknown>;
    if (typeof trial === "number") return "trial";
    return typeof done === "boolean" && typeof failed === "number"
      ? { ok: true, isWhole: done, failed }
      : undefined;
  } catch {
    return undefined;
  }
}

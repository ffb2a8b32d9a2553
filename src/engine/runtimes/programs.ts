import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

export interface ProgramOptions {
  /** Working folder: never a workspace's, where a program could pick up what lies there. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Milliseconds after which the program is ended; default none. */
  readonly timeout?: number;
}

export interface ProgramResult {
  /** The exit code; 127 where the program could not be started, 1 where a signal ended it. */
  readonly code: number;
  readonly output: string;
  readonly errors: string;
  /** Whether it was ended because its time was over. */
  readonly isLate: boolean;
}

const largestOutput = 64 * 2 ** 20;
/** The longest time that a timer can hold, 24 days. */
const longest = 2 ** 31 - 1;

/**
 * Runs a program without a shell to its end. Rejects with the signal's reason where it is cancelled; the program and
 * what it started are ended then.
 */
export function runProgram(
  program: string,
  words: readonly string[],
  { folder, environment, signal, timeout }: ProgramOptions,
): Promise<ProgramResult> {
  signal?.throwIfAborted();
  const isWindows = process.platform === "win32";
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      // A group of its own, so that a compiler's own children end with it.
      detached: !isWindows,
      // npm is a .cmd file there, which only a shell starts; the words are ours and need no quoting.
      shell: isWindows && program.endsWith(".cmd"),
    });
    const end = () => {
      if (child.pid === undefined) return;
      if (isWindows) child.kill("SIGKILL");
      else killGroup(child.pid);
    };
    const said = { output: "", errors: "" };
    const keep = (name: "output" | "errors") => (text: string) => {
      said[name] += text;
      if (said[name].length > largestOutput) end();
    };
    child.stdout.setEncoding("utf8").on("data", keep("output"));
    child.stderr.setEncoding("utf8").on("data", keep("errors"));
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      end();
    }, timeout ?? longest);
    signal?.addEventListener("abort", end, { once: true });
    const finish = (code: number) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code, ...said, isLate });
    };
    child.once("error", (error) => {
      said.errors += error.message;
      finish(127);
    });
    child.once("close", (code) => finish(code ?? 1));
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // It ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The first of some programs on the PATH. Relative entries are left out: they name what lies in the open folder. */
export function onPath(names: readonly string[], environment: NodeJS.ProcessEnv): string | undefined {
  const endings = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  const folders = searchFolders(environment);
  return names
    .flatMap((name) => folders.flatMap((folder) => endings.map((ending) => join(folder, name + ending))))
    .find(isProgram);
}

/** The absolute folders of the PATH. */
export function searchFolders(environment: NodeJS.ProcessEnv): readonly string[] {
  return (environment.PATH ?? environment.Path ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The last line of what a program said that tells something; empty where it said nothing. */
export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}

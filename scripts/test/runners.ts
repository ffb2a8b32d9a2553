import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, pinnedNode, root } from "../lib/paths.mjs";
import { fromRunner, type Outcome, oneFailed, onePassed } from "./outcome.ts";

const bin = (name: string) => join(root, "node_modules", ".bin", name);

/** Runs a program with this terminal; the result is its exit code, 127 where it cannot be started. */
export function inherit(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  const child = spawn(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(127);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** A check made of commands that are silent when they pass; together they count as one test. */
export async function check(commands: readonly (readonly [string, ...string[]])[]): Promise<Outcome> {
  let isClean = true;
  for (const [program, ...args] of commands) {
    const code = program === "node" ? await inherit(pinnedNode, args) : await inherit(bin(program), args);
    if (code !== 0) isClean = false;
  }
  return isClean ? onePassed : oneFailed;
}

/** Runs vitest on a config; each of its tests counts. Filters are file name parts, as vitest takes them. */
export async function vitest(
  config: string,
  filters: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const folder = join(cache, "test-results");
  const file = join(folder, `${config}.json`);
  mkdirSync(folder, { recursive: true });
  rmSync(file, { force: true });
  const code = await inherit(
    pinnedNode,
    [
      join(root, "node_modules", "vitest", "vitest.mjs"),
      "run",
      "--config",
      config,
      "--allowOnly=false",
      "--silent=passed-only",
      "--reporter=default",
      "--reporter=./scripts/test/vitestReporter.ts",
      ...filters,
    ],
    { ...environment, TEST_OUTCOME: file },
  );
  return fromRunner(code, readOutcome(file));
}

/** The outcome that a runner left in a file; undefined where it left none. */
export function readOutcome(file: string): Outcome | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

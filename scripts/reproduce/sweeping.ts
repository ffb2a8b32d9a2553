import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { trialObject } from "../../src/cli/sweep/summary.ts";
import { cache, root } from "../lib/paths.mjs";

/** A trial as `pgi sweep --json` prints it. */
export type SweptTrial = ReturnType<typeof trialObject>;

/**
 * Runs `pgi sweep` as a person would, from the start, in a folder of `.cache`, and tells how it goes.
 * @returns the trials in their order. Throws where the sweep does not come to its end.
 */
export async function sweep(name: string, words: readonly string[]): Promise<readonly SweptTrial[]> {
  const folder = join(cache, "reproductions", name);
  rmSync(folder, { recursive: true, force: true });
  const cli = join(root, "dist", "cli.js");
  const child = spawn(process.execPath, [cli, "sweep", ...words, "--out", folder, "--json"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const trials: SweptTrial[] = [];
  let isWhole = false;
  for await (const line of createInterface(child.stdout)) {
    const said = JSON.parse(line) as SweptTrial & { done?: boolean };
    if (said.done !== undefined) isWhole = said.done;
    else trials.push(said);
    if (process.stdout.isTTY && said.done === undefined) process.stdout.write(`\r  ${trials.length} trials`);
  }
  if (process.stdout.isTTY) process.stdout.write("\n");
  await ended;
  if (!isWhole) throw new Error(`The sweep of ${name} did not come to its end; its runs are in ${folder}.`);
  return trials.sort((a, b) => a.trial - b.trial);
}

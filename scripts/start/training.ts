import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { newRunPath } from "../../src/runs/folder.ts";
import { pinnedNode, root } from "../lib/paths.mjs";
import { type Group, groupOf } from "./group.ts";

/** The sample folder that `npm start` trains into and opens. */
export const workspace = join(root, "examples", "workspace");

/** The value of an option among arguments of `pgi train`. */
function optionIn(training: readonly string[], name: string): string | undefined {
  const inline = training.find((word) => word.startsWith(`${name}=`));
  if (inline) return inline.slice(name.length + 1);
  const index = training.indexOf(name);
  return index === -1 ? undefined : training[index + 1];
}

/** The run that a training writes: the one named on its command line, else a free name in the sample folder. */
export function runFile(training: readonly string[]): string {
  const given = optionIn(training, "--resume") ?? optionIn(training, "--out");
  if (given) return resolve(workspace, given);
  return newRunPath(workspace, {
    environment: optionIn(training, "--environment") ?? "run",
    algorithm: optionIn(training, "--algorithm") ?? "run",
    seed: Number(optionIn(training, "--seed") ?? 1),
  });
}

/** Starts `pgi train` in the sample folder, on this terminal, in a process group of its own. */
export function startTraining(training: readonly string[], run: string): Group {
  const hasOutput = ["--out", "--resume"].some((name) => optionIn(training, name) !== undefined);
  const args = ["train", ...training, ...(hasOutput ? [] : ["--out", run]), "--show"];
  const child = spawn(pinnedNode, [join(root, "dist", "cli.js"), ...args], {
    cwd: workspace,
    detached: true,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return groupOf(child);
}

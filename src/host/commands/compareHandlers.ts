import path from "node:path";
import * as v from "valibot";
import * as vscode from "vscode";
import { chooseRuns } from "../comparison/chooseRuns.ts";
import { mostPaths } from "../comparison/comparisonSchemas.ts";
import { type SweepArguments, sweepArguments } from "../comparison/sweepArguments.ts";
import { pickSweep } from "../comparison/sweepPicker.ts";
import type { SweepEnd } from "../comparison/sweepProcess.ts";
import { trainSweep } from "../comparison/trainSweep.ts";
import type { CommandContext, CommandHandler } from "./commandContext.ts";
import type { CommandAnswer } from "./commandTable.ts";

const noRuns: CommandAnswer = { ok: false, reason: "No runs were chosen." };

export const compareHandlers = {
  compareRuns: async ({ comparisons, runs }, args) => {
    const paths = namedPaths(args) ?? (await chooseRuns(await runs.reload(), runs.selectedPaths));
    if (paths === undefined || paths.length === 0) return noRuns;
    comparisons.show(paths.slice(0, mostPaths));
    return { ok: true };
  },
  trainComparison: async (context, args) => {
    const asked = await readSweep(context, args);
    if (asked === undefined) return { ok: false, reason: "Nothing was started." };
    const { comparisons, engine, storage } = context;
    const { folder, ended } = await trainSweep(asked, engine, storage);
    comparisons.show([folder]);
    void ended.then((end) => tellEnd(folder, end));
    return { ok: true, path: folder };
  },
} satisfies Record<string, CommandHandler>;

/** What a program's arguments ask for; a person is asked. */
async function readSweep(
  { engine, memory }: CommandContext,
  [given]: readonly unknown[],
): Promise<SweepArguments | undefined> {
  if (given !== undefined && given !== null) {
    const read = v.safeParse(sweepArguments, given);
    if (read.success) return read.output;
    throw new Error(read.issues[0].message);
  }
  const [algorithms, environments] = [engine.call("algorithms", {}), engine.call("environments", {})];
  return pickSweep(await algorithms, await environments, memory);
}

function tellEnd(folder: string, end: SweepEnd): void {
  const name = path.basename(folder);
  if (!end.ok) void vscode.window.showErrorMessage(`${name}: ${end.reason}`);
  else if (end.failed > 0) void vscode.window.showWarningMessage(`${name}: ${end.failed} runs failed.`);
  else if (!end.isWhole)
    void vscode.window.showInformationMessage(`${name} was stopped; training it again goes on.`);
}

/** The files and folders that are selected in a tree, or that a program names; undefined where there are none. */
function namedPaths([first, selection]: readonly unknown[]): readonly string[] | undefined {
  const program = (first as { paths?: unknown } | null | undefined)?.paths;
  const named = [program, selection, [first]].find((list) => Array.isArray(list) && list.some(pathOf));
  return named === undefined
    ? undefined
    : [...new Set((named as unknown[]).flatMap((one) => pathOf(one) ?? []))];
}

/** The path of a text, an item of the explorer, or one of the Runs view; a sweep's question stands for its folder. */
function pathOf(named: unknown): string | undefined {
  if (typeof named === "string") return named;
  if (named instanceof vscode.Uri) {
    if (named.scheme !== "file") return undefined;
    return path.basename(named.fsPath) === "sweep.json" ? path.dirname(named.fsPath) : named.fsPath;
  }
  const { path: file } = (named ?? {}) as { path?: unknown };
  return typeof file === "string" ? file : undefined;
}

import * as vscode from "vscode";
import { chooseRuns } from "../comparison/chooseRuns.ts";
import { mostPaths } from "../comparison/comparisonSchemas.ts";
import type { CommandHandler } from "./commandContext.ts";
import type { CommandAnswer } from "./commandTable.ts";

const noRuns: CommandAnswer = { ok: false, reason: "No runs were chosen." };

export const compareHandlers = {
  compareRuns: async ({ comparisons, runs }, args) => {
    const paths = namedPaths(args) ?? (await chooseRuns(await runs.reload()));
    if (paths === undefined || paths.length === 0) return noRuns;
    comparisons.show(paths.slice(0, mostPaths));
    return { ok: true };
  },
} satisfies Record<string, CommandHandler>;

/** The files and folders that are selected in a tree, or that a program names; undefined where there are none. */
function namedPaths([first, selection]: readonly unknown[]): readonly string[] | undefined {
  const program = (first as { paths?: unknown } | null | undefined)?.paths;
  const named = [program, selection, [first]].find((list) => Array.isArray(list) && list.some(pathOf));
  return named === undefined
    ? undefined
    : [...new Set((named as unknown[]).flatMap((one) => pathOf(one) ?? []))];
}

/** The path of a text, an item of the explorer, or one of the Runs view. */
function pathOf(named: unknown): string | undefined {
  if (typeof named === "string") return named;
  if (named instanceof vscode.Uri) return named.scheme === "file" ? named.fsPath : undefined;
  const { path } = (named ?? {}) as { path?: unknown };
  return typeof path === "string" ? path : undefined;
}

import path from "node:path";
import * as vscode from "vscode";
import type { RunListing } from "../../protocol/views.ts";
import { describeRun } from "../runs/runNodes.ts";
import { sweepFolders } from "../training/runsFolder.ts";

interface PathItem extends vscode.QuickPickItem {
  /** The file or folder; undefined for the way to others. */
  readonly path?: string;
}

/**
 * Asks which runs and sweeps are to be compared, those of `selected` marked; undefined where the person went away or
 * chose none.
 */
export async function chooseRuns(
  listings: readonly RunListing[],
  selected: readonly string[],
): Promise<readonly string[] | undefined> {
  const runs = listings.filter(({ error }) => error === undefined);
  const sweeps = await sweepFolders();
  if (runs.length + sweeps.length === 0) return chooseFolder();
  const items: PathItem[] = [
    ...heading("Sweeps", sweeps.length),
    ...sweeps.map((folder) => ({
      label: `$(folder) ${path.basename(folder)}`,
      description: "all its runs",
      path: folder,
    })),
    ...heading("Runs", runs.length),
    ...runs
      .toSorted((a, b) => b.modified - a.modified)
      .map((run) => ({
        label: path.basename(run.name, ".pgrun"),
        description: describeRun(run),
        path: run.path,
        picked: selected.includes(run.path),
      })),
    ...heading("Elsewhere", 1),
    { label: "$(folder-opened) The runs of another folder…" },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: "Compare Runs",
    placeHolder: "Runs that differ in the seed alone become one curve",
    canPickMany: true,
    matchOnDescription: true,
  });
  if (picked === undefined || picked.length === 0) return undefined;
  const named = picked.flatMap((item) => item.path ?? []);
  if (named.length === picked.length) return named;
  const folder = await chooseFolder();
  return folder === undefined ? undefined : [...named, ...folder];
}

function heading(label: string, count: number): PathItem[] {
  return count === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }];
}

async function chooseFolder(): Promise<readonly string[] | undefined> {
  const folders = await vscode.window.showOpenDialog({
    title: "Compare the Runs of a Folder",
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: true,
  });
  return folders?.map(({ fsPath }) => fsPath);
}

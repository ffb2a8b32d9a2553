import path from "node:path";
import * as vscode from "vscode";
import type { SourceView } from "../../protocol/traceViews.ts";

/** A line of a file of the workspace. */
export interface FoundSource {
  readonly uri: vscode.Uri;
  readonly range: vscode.Range;
}

const largestSource = 4 * 2 ** 20;

/**
 * The line that a trace names, where that file is in the workspace: by its path, beside the trace, or as the one file
 * of that name. A trace is data: a path that leads out of the workspace is not followed.
 */
export async function findSource(trace: string, source: SourceView): Promise<FoundSource | undefined> {
  for (const uri of await candidates(trace, source.file)) {
    const range = await lineOf(uri, source.line);
    if (range !== undefined) return { uri, range };
  }
  return undefined;
}

async function candidates(trace: string, file: string): Promise<vscode.Uri[]> {
  const name = file.split(/[\\/]/).at(-1)!;
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri);
  const direct = path.isAbsolute(file)
    ? [vscode.Uri.file(file)]
    : folders.map((folder) => vscode.Uri.joinPath(folder, file));
  const beside = vscode.Uri.file(path.join(path.dirname(trace), name));
  const near = [...direct, beside].filter((uri) => vscode.workspace.getWorkspaceFolder(uri) !== undefined);
  if (near.length > 0 && (await exists(near[0]!))) return [near[0]!];
  const named = await vscode.workspace.findFiles(`**/${escapeGlob(name)}`, "**/node_modules/**", 2);
  return [...near, ...(named.length === 1 ? named : [])];
}

function escapeGlob(name: string): string {
  return name.replaceAll(/[*?[\]{}!]/g, "[$&]");
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return (await sizeOf(uri)) !== undefined;
}

async function sizeOf(uri: vscode.Uri): Promise<number | undefined> {
  try {
    const { type, size } = await vscode.workspace.fs.stat(uri);
    return (type & vscode.FileType.File) === 0 ? undefined : size;
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return undefined;
    throw error;
  }
}

/** The words of a line, without what is before and behind them; undefined where the file has no such line. */
async function lineOf(uri: vscode.Uri, line: number): Promise<vscode.Range | undefined> {
  const size = await sizeOf(uri);
  if (size === undefined || size > largestSource) return undefined;
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)).split(/\r?\n/)[line - 1];
  if (text === undefined) return undefined;
  const end = text.trimEnd().length;
  return new vscode.Range(line - 1, Math.min(end, text.length - text.trimStart().length), line - 1, end);
}

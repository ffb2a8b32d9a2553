import * as vscode from "vscode";

const mostFiles = 200;

/** A trace file of the workspace. */
export interface TraceFile {
  readonly path: string;
  readonly modified: number;
}

/** The traces of the workspace, newest first. */
export async function findTraces(): Promise<readonly TraceFile[]> {
  const uris = await vscode.workspace.findFiles("**/*.pgtrace", "**/node_modules/**", mostFiles);
  const files = await Promise.all(uris.filter(({ scheme }) => scheme === "file").map(traceFile));
  return files.filter((file) => file !== undefined).sort((a, b) => b.modified - a.modified);
}

async function traceFile(uri: vscode.Uri): Promise<TraceFile | undefined> {
  try {
    const { mtime } = await vscode.workspace.fs.stat(uri);
    return { path: uri.fsPath, modified: mtime };
  } catch (error) {
    // Gone since it was found.
    if (error instanceof vscode.FileSystemError) return undefined;
    throw error;
  }
}

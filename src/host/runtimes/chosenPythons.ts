import path from "node:path";
import * as vscode from "vscode";

/** The part of the Python extension's published interface that is used here. */
interface PythonExtension {
  readonly environments?: { getActiveEnvironmentPath?(resource?: vscode.Uri): { readonly path: string } };
}

/**
 * The interpreter that the Python extension has chosen for the open folder, absolute; none without it, and none in a
 * workspace that is not trusted, where the folder itself may have named it.
 */
export async function chosenPythons(): Promise<string[]> {
  const python = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  if (python === undefined || !vscode.workspace.isTrusted) return [];
  const { environments } = await python.activate();
  const chosen = environments?.getActiveEnvironmentPath?.(vscode.workspace.workspaceFolders?.[0]?.uri).path;
  return chosen !== undefined && path.isAbsolute(chosen) ? [chosen] : [];
}

import path from "node:path";
import * as vscode from "vscode";
import { chosenPython } from "../training/pythonPlace.ts";

/**
 * The Python that the person has chosen for the open folder, absolute; none in a workspace that is not trusted, where the
 * folder itself may have named it.
 */
export async function chosenPythons(): Promise<string[]> {
  if (!vscode.workspace.isTrusted) return [];
  const chosen = await chosenPython(vscode.workspace.workspaceFolders?.[0]?.uri);
  return chosen !== undefined && path.isAbsolute(chosen) ? [chosen] : [];
}

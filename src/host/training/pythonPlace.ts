import * as vscode from "vscode";
import type { PythonView } from "../../protocol/engine.ts";
import { readSettings } from "../settings.ts";

/** What stands before the id of an environment of the user's Gymnasium. */
export const gymPrefix = "gym:";

const pythonExtension = "ms-python.python";
const usualPython = process.platform === "win32" ? "python" : "python3";

/**
 * The Python that steps an environment of Gymnasium: of the setting, else the one that is active in the Python extension,
 * else the usual program. Undefined where the environment needs none, or the workspace is not trusted.
 */
export async function pythonFor(environment: string, storage: vscode.Uri): Promise<PythonView | undefined> {
  if (!environment.startsWith(gymPrefix) || !vscode.workspace.isTrusted) return undefined;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? storage;
  return { program: (await chosenPython(folder)) ?? usualPython, folder: folder.fsPath };
}

/** The Python of the setting, else the one that is active in the Python extension for a folder. */
export async function chosenPython(folder: vscode.Uri | undefined): Promise<string | undefined> {
  const { python } = readSettings();
  return python === "" ? activePython(folder) : python;
}

/** What is used of the Python extension's interface. */
interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(path: {
      readonly path: string;
    }): Promise<{ readonly executable?: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

async function activePython(folder: vscode.Uri | undefined): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi | undefined>(pythonExtension);
  if (extension === undefined) return undefined;
  const environments = (await extension.activate())?.environments;
  if (environments === undefined) return undefined;
  const active = environments.getActiveEnvironmentPath(folder);
  const resolved = await environments.resolveEnvironment(active);
  return resolved?.executable?.uri?.fsPath ?? active.path;
}

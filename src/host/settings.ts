import * as vscode from "vscode";
import type { backendNames } from "./training/trainArguments.ts";

type BackendName = (typeof backendNames)[number];

export const settingsSection = "policyGradient";

/** The extension's settings as they stand; what an untrusted workspace may not set, the editor leaves out. */
export function readSettings() {
  const settings = vscode.workspace.getConfiguration(settingsSection);
  return {
    nodePath: settings.get<string>("engine.nodePath", ""),
    backend: settings.get<BackendName>("backend", "auto"),
    libraryFolder: settings.get<string>("tensorflow.libraryFolder", "").trim(),
    python: settings.get<string>("python", ""),
    hover: settings.get<boolean>("hover.values", true),
    inlayShapes: settings.get<boolean>("inlayHints.shapes", true),
    inlayValues: settings.get<boolean>("inlayHints.values", true),
    codeLens: settings.get<boolean>("codeLens", true),
    hoverMilliseconds: settings.get<number>("hover.deadline", 1000),
    openPanelOnTrain: settings.get<boolean>("panel.openOnTrain", true),
    traceProblems: settings.get<boolean>("traces.problems", true),
    traceHover: settings.get<boolean>("traces.hover", true),
    traceInlays: settings.get<boolean>("traces.inlayHints", true),
    runsCapBytes: settings.get<number>("runs.maximumSize", 0) * 2 ** 20,
  };
}

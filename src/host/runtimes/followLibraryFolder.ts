import * as vscode from "vscode";
import type { Disposable } from "../disposables.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import { settingsSection } from "../settings.ts";
import type { HostStore } from "../store.ts";

/** The engine reads where TensorFlow's libraries are when it starts: a change starts it again, or says that it has to be. */
export function followLibraryFolder(engine: EngineHost, store: HostStore): Disposable {
  return vscode.workspace.onDidChangeConfiguration(async (change) => {
    if (!change.affectsConfiguration(`${settingsSection}.tensorflow.libraryFolder`)) return;
    if (store.model.health.state !== "running") return;
    const isTraining = Object.values(store.model.runs).some(
      ({ own, progress }) => own && progress.state === "training",
    );
    if (!isTraining) return engine.restart();
    const message = "The engine takes the new TensorFlow folder when it is restarted.";
    if ((await vscode.window.showInformationMessage(message, "Restart")) === "Restart")
      await engine.restart();
  });
}

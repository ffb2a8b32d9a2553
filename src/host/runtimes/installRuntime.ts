import * as vscode from "vscode";
import type { InstallableBackend, InstallProgressView } from "../../protocol/engine.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import { readSettings } from "../settings.ts";
import type { HostStore } from "../store.ts";
import { chosenPythons } from "./chosenPythons.ts";

const titles: Readonly<Record<InstallableBackend, string>> = {
  tensorflow: "Installing TensorFlow",
  webgpu: "Installing WebGPU",
};

/** Lets the engine install a backend's library, with a notification that shows how far it is and can cancel it. */
export async function installRuntime(
  name: InstallableBackend,
  { engine, store }: { engine: EngineHost; store: HostStore },
): Promise<string> {
  await engine.ready();
  const pythons = await chosenPythons();
  const { libraryFolder } = readSettings();
  const params = { name, pythons, ...(libraryFolder !== "" && name === "tensorflow" && { libraryFolder }) };
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: titles[name],
    cancellable: true,
  };
  const { line } = await vscode.window.withProgress(options, async (progress, token) => {
    const controller = new AbortController();
    const cancel = token.onCancellationRequested(() => controller.abort());
    const step = stepReporter(progress);
    const listening = engine.onInstalling((event) => {
      if (event.name === name) step(event);
    });
    try {
      return await engine.call("installRuntime", params, controller.signal);
    } finally {
      listening.dispose();
      cancel.dispose();
    }
  });
  store.dispatch({ kind: "backends", backends: await engine.call("backends", {}) });
  return line;
}

/** The notification's bar counts per cent, each step anew. */
function stepReporter(progress: vscode.Progress<{ message: string; increment?: number }>) {
  let drawn = { step: "", percent: 0 };
  return ({ step, done, total }: InstallProgressView) => {
    const percent = done === undefined || !total ? 0 : Math.floor((100 * done) / total);
    const before = step === drawn.step ? drawn.percent : 0;
    const message = percent > 0 ? `${step}: ${percent} %` : step;
    progress.report({ message, ...(percent > before && { increment: percent - before }) });
    drawn = { step, percent };
  };
}

import path from "node:path";
import * as vscode from "vscode";
import type { EngineHost } from "../engine/engineHost.ts";
import { prepareSweepsFolder, sweepsFolders } from "../training/runsFolder.ts";
import { type SweepArguments, sweepFolderName, sweepWords, trialCount } from "./sweepArguments.ts";
import { type SweepEnd, type SweepProcess, startSweep } from "./sweepProcess.ts";

export interface SweepUnderWay {
  /** The sweep's folder. */
  readonly folder: string;
  readonly ended: Promise<SweepEnd>;
}

/**
 * Trains every algorithm with every seed in processes beside the engine, with a notification that shows how far it is and
 * can stop it. The same question again goes on where it was stopped.
 */
export async function trainSweep(
  asked: SweepArguments,
  engine: EngineHost,
  storage: vscode.Uri,
): Promise<SweepUnderWay> {
  const count = trialCount(asked);
  const sweeps = sweepsFolders()[0] ?? vscode.Uri.joinPath(storage, "sweeps");
  await prepareSweepsFolder(sweeps);
  const folder = vscode.Uri.joinPath(sweeps, sweepFolderName(asked));
  await vscode.workspace.fs.createDirectory(folder);
  let done = 0;
  const changed = new vscode.EventEmitter<number>();
  const sweep = startSweep({
    ...(await engine.runner()),
    entry: path.join(path.dirname(engine.entry), "pgi.js"),
    words: [...sweepWords(asked), "--out", folder.fsPath],
    onTrial: () => changed.fire(++done),
  });
  const ended = showProgress(sweep, count, changed.event).finally(() => changed.dispose());
  return { folder: folder.fsPath, ended };
}

async function showProgress(
  { ended, stop }: SweepProcess,
  count: number,
  changed: vscode.Event<number>,
): Promise<SweepEnd> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Training ${count} runs`,
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    const listening = changed((done) =>
      progress.report({ message: `${done} ended`, increment: 100 / count }),
    );
    const cancelling = token.onCancellationRequested(stop);
    try {
      return await ended;
    } finally {
      listening.dispose();
      cancelling.dispose();
    }
  });
}

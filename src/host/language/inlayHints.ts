import * as vscode from "vscode";
import { shapeHintsOf } from "../../loss/editing/shapeHints.ts";
import type { InlayView } from "../../protocol/views.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import { targetRun } from "../model.ts";
import type { Panels } from "../panel/panels.ts";
import { readSettings, settingsSection } from "../settings.ts";
import type { HostStore } from "../store.ts";
import type { LossReader } from "./lossReader.ts";
import { valueSource } from "./valueSource.ts";
import { whenCancelled } from "./whenCancelled.ts";

export interface InlayHintOptions {
  readonly reader: LossReader;
  readonly engine: EngineHost;
  readonly store: HostStore;
  readonly panels: Panels;
  readonly log: vscode.LogOutputChannel;
}

/** Quiet texts behind the lines of a loss file: what each comes to on the selected update; where that is not known, its shape. */
export class LossInlayHints implements vscode.InlayHintsProvider, Disposable {
  readonly #options: InlayHintOptions;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<void>());
  readonly onDidChangeInlayHints = this.#changed.event;

  constructor(options: InlayHintOptions) {
    this.#options = options;
    this.#owned.add(
      options.store.onChange((model, before) => {
        const [now, then] = [targetRun(model), targetRun(before)];
        // Not with every update: a run that trains would have them computed all the time.
        if (now?.path !== then?.path || now?.progress.state !== then?.progress.state) this.#changed.fire();
      }),
    );
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(`${settingsSection}.inlayHints`)) this.#changed.fire();
      }),
    );
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[]> {
    const { inlayShapes, inlayValues } = readSettings();
    const values = inlayValues ? await this.#values(document, token) : [];
    const shapes = inlayShapes ? shapeHintsOf(this.#options.reader.read(document)) : [];
    const valued = new Set(values.map(({ offset }) => offset));
    // A value says its shape too.
    const hints = [...values, ...shapes.filter(({ offset }) => !valued.has(offset))];
    return hints.map((hint) => toHint(document, hint)).filter(({ position }) => range.contains(position));
  }

  /** Values from the engine; none where there is no update, the text is wrong or time runs out. */
  async #values(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<readonly InlayView[]> {
    const { reader, engine, store, panels, log } = this.#options;
    const source = valueSource(store.model, panels);
    const isWrong = reader.read(document).diagnostics.some(({ severity }) => severity === "error");
    if (!source.ok || isWrong) return [];
    const limit = AbortSignal.any([
      AbortSignal.timeout(readSettings().hoverMilliseconds),
      whenCancelled(token),
    ]);
    const question = {
      run: source.run.run,
      update: source.update,
      text: document.getText(),
      aside: true,
    } as const;
    try {
      const answer = await engine.call("evaluate", question, limit);
      return answer.ok ? answer.inlays : [];
    } catch (error) {
      log.debug(`inlay hints: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  }
}

function toHint(document: vscode.TextDocument, { offset, text }: InlayView): vscode.InlayHint {
  const hint = new vscode.InlayHint(document.positionAt(offset), text, vscode.InlayHintKind.Type);
  hint.paddingLeft = true;
  return hint;
}

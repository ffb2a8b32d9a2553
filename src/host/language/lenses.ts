import * as vscode from "vscode";
import { type CommandId, commandPrefix } from "../commands/commandTable.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { targetRun } from "../model.ts";
import type { Panels } from "../panel/panels.ts";
import { readSettings, settingsSection } from "../settings.ts";
import type { HostStore } from "../store.ts";
import type { LossEvaluations } from "./evaluations.ts";
import { gradientText, outcomeText } from "./lensText.ts";
import type { LossReader } from "./lossReader.ts";
import { toRange } from "./positions.ts";
import { valueSource } from "./valueSource.ts";

export interface LossLensOptions {
  readonly reader: LossReader;
  readonly store: HostStore;
  readonly panels: Panels;
  readonly evaluations: LossEvaluations;
}

/** Above the line that is the loss: evaluate it on a run, what it came to, and the way into the panel; above a rule: its loss. */
export class LossLenses implements vscode.CodeLensProvider, Disposable {
  readonly #options: LossLensOptions;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(options: LossLensOptions) {
    this.#options = options;
    this.#owned.add(options.evaluations.onDidChange(() => this.#changed.fire()));
    this.#owned.add(
      options.store.onChange((model, before) => {
        const [now, then] = [targetRun(model), targetRun(before)];
        const first = (now?.progress.update ?? 0) > 0 !== (then?.progress.update ?? 0) > 0;
        if (now?.title !== then?.title || now?.path !== then?.path || first) this.#changed.fire();
      }),
    );
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(`${settingsSection}.codeLens`)) this.#changed.fire();
      }),
    );
  }

  dispose(): void {
    this.#owned.dispose();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!readSettings().codeLens) return [];
    const { program, rules } = this.#options.reader.read(document);
    const uri = document.uri.toString();
    const lenses = rules.map((rule) => {
      const { line } = document.positionAt(rule.start);
      return lens(document, rule, "$(arrow-swap) Turn into loss", "turnRuleIntoLoss", { uri, line });
    });
    if (program === undefined) return lenses;
    const place = program.result;
    return [
      ...lenses,
      ...this.#titles(document).map(([title, id, more]) =>
        lens(document, place, title, id, { uri, ...more }),
      ),
    ];
  }

  #titles(document: vscode.TextDocument): [title: string, id: CommandId, more: object][] {
    const { evaluations, store, panels } = this.#options;
    const evaluation = evaluations.of(document);
    if (evaluation !== undefined) {
      const { run, update, outcome } = evaluation;
      return [
        [`$(beaker) ${outcomeText(outcome)}`, "showLossInPanel", { path: run.path, update }],
        [
          [gradientText(outcome), `update ${update}`].filter(Boolean).join(" · "),
          "showLossInPanel",
          { path: run.path, update },
        ],
        ["on another run …", "evaluateLoss", { pick: true }],
      ];
    }
    const source = valueSource(store.model, panels);
    if (!source.ok) return [["$(beaker) Evaluate on run …", "evaluateLoss", { pick: true }]];
    return [
      [`$(beaker) Evaluate on ${source.run.title}`, "evaluateLoss", {}],
      ["on another run …", "evaluateLoss", { pick: true }],
      ["$(graph-line) Show in panel", "showLossInPanel", {}],
    ];
  }
}

function lens(
  document: vscode.TextDocument,
  range: { readonly start: number; readonly end: number },
  title: string,
  id: CommandId,
  argument: object,
): vscode.CodeLens {
  return new vscode.CodeLens(toRange(document, range), {
    title,
    command: commandPrefix + id,
    arguments: [argument],
  });
}

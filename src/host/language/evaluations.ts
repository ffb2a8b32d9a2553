import * as vscode from "vscode";
import type { EvaluationView, RunView } from "../../protocol/views.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import type { EngineHost } from "../engine/engineHost.ts";

/** What a loss file came to on one update's batch. */
export interface LossEvaluation {
  readonly text: string;
  readonly run: Pick<RunView, "run" | "path" | "title">;
  readonly update: number;
  readonly outcome: EvaluationView;
}

/** The newest evaluation of every open loss file; it counts as long as the text is the one evaluated. */
export class LossEvaluations implements Disposable {
  readonly #engine: EngineHost;
  readonly #owned = new DisposableStore();
  readonly #found = new Map<string, LossEvaluation>();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<void>());
  readonly onDidChange = this.#changed.event;

  constructor(engine: EngineHost) {
    this.#engine = engine;
    this.#owned.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#found.delete(uri.toString())));
  }

  of(document: vscode.TextDocument): LossEvaluation | undefined {
    const found = this.#found.get(document.uri.toString());
    return found?.text === document.getText() ? found : undefined;
  }

  /** Evaluates a loss file on an update, beside whatever the run's panel shows. */
  async evaluate(document: vscode.TextDocument, run: RunView, update: number): Promise<LossEvaluation> {
    const text = document.getText();
    const outcome = await this.#engine.call("evaluate", { run: run.run, update, text, aside: true });
    const evaluation = { text, run, update, outcome };
    this.#found.set(document.uri.toString(), evaluation);
    this.#changed.fire();
    return evaluation;
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

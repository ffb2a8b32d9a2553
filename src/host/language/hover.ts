import * as vscode from "vscode";
import { ChannelError } from "../../protocol/channel.ts";
import type { NodeView } from "../../protocol/views.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import { targetRun } from "../model.ts";
import type { Panels } from "../panel/panels.ts";
import { readSettings } from "../settings.ts";
import type { HostStore } from "../store.ts";
import { describeExpression } from "./describeExpression.ts";
import { readLoss } from "./lossDocument.ts";
import { documentationMarkdown, nodeMarkdown } from "./nodeMarkdown.ts";
import { toRange } from "./positions.ts";

export interface LossHoverOptions {
  readonly engine: EngineHost;
  readonly store: HostStore;
  readonly panels: Panels;
  readonly log: vscode.LogOutputChannel;
}

/**
 * Hovers over a loss: values and adjoint of the expression from the selected update of the newest run;
 * where there are none, its shape and documentation and how to get values.
 */
export class LossHover implements vscode.HoverProvider {
  readonly #options: LossHoverOptions;

  constructor(options: LossHoverOptions) {
    this.#options = options;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const text = document.getText();
    const offset = document.offsetAt(position);
    const described = describeExpression(text, offset);
    if (described === undefined) return undefined;
    const { node, missing } = await this.#values(text, offset, token);
    if (node !== null) return toHover(document, node, nodeMarkdown(node));
    return toHover(document, described, documentationMarkdown(described, missing));
  }

  /** The engine's values, or why there are none. */
  async #values(
    text: string,
    offset: number,
    token: vscode.CancellationToken,
  ): Promise<{ node: NodeView | null; missing: string }> {
    const { hover, hoverMilliseconds } = readSettings();
    const { engine, store, panels, log } = this.#options;
    const run = targetRun(store.model);
    if (!hover) return { node: null, missing: "" };
    if (run === undefined) return { node: null, missing: noRun };
    const update = panels.find(run.path)?.selectedUpdate ?? run.progress.update;
    if (update === 0) return { node: null, missing: "Values appear here after the run's first update." };
    const limit = AbortSignal.any([AbortSignal.timeout(hoverMilliseconds), whenCancelled(token)]);
    try {
      const node = await engine.call("node", { run: run.run, update, text, offset }, limit);
      return { node, missing: node === null ? whyNoValue(text) : "" };
    } catch (error) {
      // The engine was started anew, or let the run go, since this window last heard of it.
      if (error instanceof ChannelError && error.code === "unknown_run")
        return { node: null, missing: noRun };
      const reason = error instanceof Error ? error.message : String(error);
      log.debug(`hover: ${reason}`);
      return { node: null, missing: limit.aborted ? "The values took too long to compute." : reason };
    }
  }
}

const noRun = "Values appear here once a run is open: run “Train REINFORCE” or open a .pgrun file.";

function whyNoValue(text: string): string {
  const broken = readLoss(text).diagnostics.some(({ severity }) => severity === "error");
  return broken
    ? "Values appear here once the errors in the text are mended."
    : "This expression has no value on the selected update.";
}

function whenCancelled(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

function toHover(
  document: vscode.TextDocument,
  range: { readonly start: number; readonly end: number },
  markdown: string,
): vscode.Hover {
  return new vscode.Hover(new vscode.MarkdownString(markdown), toRange(document, range));
}

import * as vscode from "vscode";
import { describeAt } from "../../loss/editing/describe.ts";
import type { LossReading } from "../../loss/editing/reading.ts";
import { ChannelError } from "../../protocol/channel.ts";
import type { NodeView } from "../../protocol/views.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import type { Panels } from "../panel/panels.ts";
import { readSettings } from "../settings.ts";
import type { HostStore } from "../store.ts";
import type { LossReader } from "./lossReader.ts";
import { documentationMarkdown, nodeMarkdown } from "./nodeMarkdown.ts";
import { toRange } from "./positions.ts";
import { noRun, valueSource } from "./valueSource.ts";
import { whenCancelled } from "./whenCancelled.ts";

export interface LossHoverOptions {
  readonly reader: LossReader;
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
    const reading = this.#options.reader.read(document);
    const offset = document.offsetAt(position);
    const described = describeAt(reading, offset);
    if (described === undefined) return undefined;
    const { node, missing } = await this.#values(reading, offset, token);
    if (node !== null) return toHover(document, node, nodeMarkdown(node));
    return toHover(document, described, documentationMarkdown(described, missing));
  }

  /** The engine's values, or why there are none. */
  async #values(
    reading: LossReading,
    offset: number,
    token: vscode.CancellationToken,
  ): Promise<{ node: NodeView | null; missing: string }> {
    const { hover, hoverMilliseconds } = readSettings();
    const { engine, store, panels, log } = this.#options;
    if (!hover) return { node: null, missing: "" };
    const source = valueSource(store.model, panels);
    if (!source.ok) return { node: null, missing: source.reason };
    const question = { run: source.run.run, update: source.update, text: reading.text, offset };
    const limit = AbortSignal.any([AbortSignal.timeout(hoverMilliseconds), whenCancelled(token)]);
    try {
      const node = await engine.call("node", question, limit);
      return { node, missing: node === null ? whyNoValue(reading) : "" };
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

function whyNoValue({ diagnostics }: LossReading): string {
  const broken = diagnostics.some(({ severity }) => severity === "error");
  return broken
    ? "Values appear here once the errors in the text are mended."
    : "This expression has no value on the selected update.";
}

function toHover(
  document: vscode.TextDocument,
  range: { readonly start: number; readonly end: number },
  markdown: string,
): vscode.Hover {
  return new vscode.Hover(new vscode.MarkdownString(markdown), toRange(document, range));
}

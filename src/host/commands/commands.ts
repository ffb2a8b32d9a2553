import * as vscode from "vscode";
import { ChannelError } from "../../protocol/channel.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { offerEngineHelp } from "../engine/announceEngine.ts";
import { type CommandContext, runOf } from "./commandContext.ts";
import { type CommandAnswer, type CommandId, commandPrefix, commandTable } from "./commandTable.ts";
import type { CommandHandlers } from "./handlers.ts";
import { requirements } from "./requirements.ts";

/** Registers every command of the table: checks what it needs, runs it, and says why where it could not act. */
export class Commands implements Disposable {
  readonly #context: CommandContext;
  readonly #handlers: CommandHandlers;
  readonly #owned = new DisposableStore();

  constructor(context: CommandContext, handlers: CommandHandlers) {
    this.#context = context;
    this.#handlers = handlers;
    for (const id of Object.keys(commandTable) as CommandId[]) {
      const run = (...args: unknown[]) => this.run(id, args);
      this.#owned.add(vscode.commands.registerCommand(commandPrefix + id, run));
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Runs a command as the palette, a menu, a keybinding, a panel or a test would. Never rejects. */
  async run(id: CommandId, args: readonly unknown[] = []): Promise<CommandAnswer> {
    const reason = requirements[commandTable[id].requires].reason(runOf(this.#context, args));
    if (reason !== undefined) return this.#refuse(reason);
    const wasDown = this.#context.store.model.health.state === "down";
    try {
      return await this.#handlers[id](this.#context, args);
    } catch (error) {
      return this.#fail(error, wasDown);
    }
  }

  #refuse(reason: string): CommandAnswer {
    void vscode.window.showInformationMessage(reason);
    return { ok: false, reason };
  }

  /** An engine that goes down under a command announces itself; it is not announced twice. */
  #fail(error: unknown, wasDown: boolean): CommandAnswer {
    const reason = describe(error);
    this.#context.log.error(error instanceof Error ? error : reason);
    const engineDown = error instanceof ChannelError && error.code === "engine_down";
    if (!engineDown) void vscode.window.showErrorMessage(reason);
    else if (wasDown) void offerEngineHelp(reason, (id) => this.run(id));
    return { ok: false, reason };
  }
}

function describe(error: unknown): string {
  if (error instanceof ChannelError && error.hint !== undefined && error.code !== "engine_down") {
    return `${error.message} ${error.hint}`;
  }
  return error instanceof Error ? error.message : String(error);
}

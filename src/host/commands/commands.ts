import * as vscode from "vscode";
import { ChannelError } from "../../protocol/channel.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { type CommandAnswer, type CommandId, commandPrefix, commandTable } from "./commandTable.ts";
import { requirements } from "./requirements.ts";
import { type CommandContext, runOf } from "./commandContext.ts";
import type { CommandHandlers } from "./handlers.ts";

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
    try {
      return await this.#handlers[id](this.#context, args);
    } catch (error) {
      return this.#refuse(describe(error), error);
    }
  }

  #refuse(reason: string, error?: unknown): CommandAnswer {
    const { log } = this.#context;
    if (error !== undefined) log.error(error instanceof Error ? error : String(error));
    const down = error instanceof ChannelError && error.code === "engine_down";
    if (down) void this.#offerHelp(reason);
    else if (error === undefined) void vscode.window.showInformationMessage(reason);
    else void vscode.window.showErrorMessage(reason);
    return { ok: false, reason };
  }

  async #offerHelp(message: string): Promise<void> {
    const picked = await vscode.window.showErrorMessage(message, "Restart", "Show Log");
    if (picked === "Restart") await this.run("restartEngine");
    if (picked === "Show Log") await this.run("showLog");
  }
}

function describe(error: unknown): string {
  if (error instanceof ChannelError && error.hint !== undefined && error.code !== "engine_down") {
    return `${error.message} ${error.hint}`;
  }
  return error instanceof Error ? error.message : String(error);
}

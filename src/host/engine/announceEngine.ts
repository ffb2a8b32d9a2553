import * as vscode from "vscode";
import type { CommandAnswer, CommandId } from "../commands/commandTable.ts";
import type { Disposable } from "../disposables.ts";
import type { HostStore } from "../store.ts";

/** Says once, when the engine is given up, what happened, and offers what can be done about it. */
export function announceEngine(store: HostStore, run: (id: CommandId) => Promise<CommandAnswer>): Disposable {
  return store.onChange(({ health }, { health: before }) => {
    if (health.state === "down" && before.state !== "down") void offerEngineHelp(health.message, run);
  });
}

/** Shows what is wrong with the engine, with the two things that help. */
export async function offerEngineHelp(
  message: string,
  run: (id: CommandId) => Promise<CommandAnswer>,
): Promise<void> {
  const picked = await vscode.window.showErrorMessage(message, "Restart", "Show Log");
  if (picked === "Restart") await run("restartEngine");
  if (picked === "Show Log") await run("showLog");
}

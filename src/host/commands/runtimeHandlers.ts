import * as vscode from "vscode";
import { ChannelError } from "../../protocol/channel.ts";
import type { InstallableBackend } from "../../protocol/engine.ts";
import { chosenPythons } from "../runtimes/chosenPythons.ts";
import { installRuntime } from "../runtimes/installRuntime.ts";
import type { CommandContext, CommandHandler } from "./commandContext.ts";
import type { CommandAnswer } from "./commandTable.ts";

export const runtimeHandlers = {
  doctor: async ({ engine, doctorPage }) => {
    await engine.ready();
    const options = { location: vscode.ProgressLocation.Window, title: "Policy Gradient: looking" };
    const params = { pythons: await chosenPythons(), editor: vscode.version };
    const report = await vscode.window.withProgress(options, () => engine.call("doctor", params));
    await doctorPage.show(report);
    return { ok: true };
  },
  installTensorflow: (context) => install("tensorflow", context),
  installWebgpu: (context) => install("webgpu", context),
} satisfies Record<string, CommandHandler>;

/** Installs within another command: false where it was called off, or failed, which is said. */
export async function installOrSay(name: InstallableBackend, context: CommandContext): Promise<boolean> {
  try {
    return (await install(name, context)).ok;
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return false;
  }
}

async function install(name: InstallableBackend, context: CommandContext): Promise<CommandAnswer> {
  try {
    void vscode.window.showInformationMessage(await installRuntime(name, context));
    return { ok: true };
  } catch (error) {
    if (!(error instanceof ChannelError) || error.code !== "cancelled") throw error;
    return { ok: false, reason: "The installation was cancelled; nothing was installed." };
  }
}

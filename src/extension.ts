import * as vscode from "vscode";
import { buildHost, type HostApi } from "./host/buildHost.ts";

let stop: (() => Promise<void>) | undefined;

/**
 * Builds the extension's parts and registers them; the engine starts when something is first asked of it.
 * Only tests get hold of the parts: to other extensions this one offers its commands.
 */
export function activate(context: vscode.ExtensionContext): HostApi | undefined {
  const begun = performance.now();
  const host = buildHost(context);
  context.subscriptions.push(host);
  stop = () => host.engine.stop();
  const activationMilliseconds = performance.now() - begun;
  if (context.extensionMode !== vscode.ExtensionMode.Test) return undefined;
  return { ...host.parts, activationMilliseconds };
}

/** Ends the engine; resolves when its process is gone. */
export async function deactivate(): Promise<void> {
  await stop?.();
}

import type * as vscode from "vscode";
import { buildHost, type HostApi } from "./host/buildHost.ts";

let stop: (() => Promise<void>) | undefined;

/** Builds the extension's parts and registers them; the engine starts when something is first asked of it. */
export function activate(context: vscode.ExtensionContext): HostApi {
  const begun = performance.now();
  const host = buildHost(context);
  context.subscriptions.push(host);
  stop = () => host.engine.stop();
  return { ...host.api, activationMilliseconds: performance.now() - begun };
}

/** Ends the engine; resolves when its process is gone. */
export async function deactivate(): Promise<void> {
  await stop?.();
}

import { ok } from "node:assert";
import path from "node:path";
import * as vscode from "vscode";
import type { HostApi } from "../../../src/host/buildHost.ts";
import type { CommandAnswer, CommandId } from "../../../src/host/commands/commandTable.ts";
import type { RunView } from "../../../src/protocol/views.ts";
import { poll } from "../../util/poll.ts";

export const extensionId = "policy-gradient-inspector.policy-gradient-inspector";

/** The extension's own objects, after it was activated. */
export async function activated(): Promise<HostApi> {
  const extension = vscode.extensions.getExtension<HostApi>(extensionId);
  ok(extension, `${extensionId} is not installed`);
  return extension.activate();
}

export function run(id: CommandId, argument?: unknown): Thenable<CommandAnswer> {
  const args = argument === undefined ? [] : [argument];
  return vscode.commands.executeCommand<CommandAnswer>(`policyGradient.${id}`, ...args);
}

/** A short run of a small net, in a file of its own. */
export async function train(argument: Record<string, unknown> = {}): Promise<string> {
  const answer = await run("trainReinforce", {
    environment: "CartPole-v1",
    seed: 7,
    hidden: 8,
    backend: "kernels",
    ...argument,
  });
  if (!answer.ok) throw new Error(answer.reason);
  return answer.path!;
}

/** The folder that the window has open. */
export function workspaceFolder(): vscode.Uri {
  return vscode.workspace.workspaceFolders![0]!.uri;
}

/** Waits until a run satisfies a condition, and gives it. */
export async function runThat(
  what: string,
  file: string,
  holds: (run: RunView) => boolean,
  deadline?: number,
): Promise<RunView> {
  const api = await activated();
  const ask = () => {
    const view = api.store.model.runs[file];
    return view !== undefined && holds(view) ? view : undefined;
  };
  return poll(what, ask, deadline);
}

const doubles = path.resolve(__dirname, "../../test/host/doubles");

/** Runs `work` with a double in the engine's place, and puts the real one back. */
export async function withDouble(name: string, work: (api: HostApi) => Promise<void>): Promise<void> {
  const api = await activated();
  const { entry } = api.engine;
  api.engine.entry = path.join(doubles, `${name}.mjs`);
  try {
    await work(api);
  } finally {
    api.engine.entry = entry;
    await api.engine.restart();
  }
}

type MessageFunction = "showErrorMessage" | "showInformationMessage" | "showWarningMessage";
type ShownMessage = { readonly message: string; readonly actions: readonly unknown[] };

/** Collects the messages that are shown while `work` runs; each is answered by `answer`, usually by nothing. */
export async function messagesDuring(
  kind: MessageFunction,
  work: () => Promise<void>,
  answer: (message: ShownMessage) => unknown = () => undefined,
): Promise<readonly ShownMessage[]> {
  const shown: ShownMessage[] = [];
  const original = vscode.window[kind];
  Object.assign(vscode.window, {
    [kind]: (message: string, ...actions: unknown[]) => {
      shown.push({ message, actions });
      return Promise.resolve(answer(shown.at(-1)!));
    },
  });
  try {
    await work();
  } finally {
    Object.assign(vscode.window, { [kind]: original });
  }
  return shown;
}

/** Sets a setting of the extension while `work` runs. */
export async function withSetting(name: string, value: unknown, work: () => Promise<void>): Promise<void> {
  const settings = vscode.workspace.getConfiguration("policyGradient");
  const before = settings.inspect(name)?.globalValue;
  await settings.update(name, value, vscode.ConfigurationTarget.Global);
  try {
    await work();
  } finally {
    await settings.update(name, before, vscode.ConfigurationTarget.Global);
  }
}

import * as vscode from "vscode";
import type { Disposable } from "../disposables.ts";
import { type HostModel, targetRun } from "../model.ts";
import type { HostStore } from "../store.ts";

/** The keys that menus and the palette are enabled by, all set here and nowhere else. */
const contextKeys = {
  /** State of the run that commands act on; empty where there is none or the engine cannot act on it. */
  "policyGradient.state": (model: HostModel) =>
    model.health.state === "running" ? (targetRun(model)?.progress.state ?? "") : "",
  "policyGradient.hasUpdate": (model: HostModel) =>
    model.health.state === "running" && (targetRun(model)?.progress.update ?? 0) > 0,
  "policyGradient.engine": (model: HostModel) => model.health.state,
};

export type ContextKey = keyof typeof contextKeys;

/** Keeps the editor's context keys as the model has them; each is set only when it changes. */
export function followContextKeys(store: HostStore): Disposable {
  const last = new Map<string, unknown>();
  const follow = (model: HostModel) => {
    for (const [key, read] of Object.entries(contextKeys)) {
      const value = read(model);
      if (last.get(key) === value) continue;
      last.set(key, value);
      void vscode.commands.executeCommand("setContext", key, value);
    }
  };
  follow(store.model);
  return store.onChange(follow);
}

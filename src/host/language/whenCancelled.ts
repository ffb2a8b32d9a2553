import type * as vscode from "vscode";

/** A signal that is aborted with the editor's request. */
export function whenCancelled(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

import type * as vscode from "vscode";
import type { PanelCommand } from "../../protocol/panel.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import type { HostStore } from "../store.ts";

/** What a command is to act on; what is left out is taken from the focused panel or the newest run. */
export interface CommandTarget {
  readonly path?: string | null | undefined;
  readonly update?: number | undefined;
}

/** What panels need of the rest of the host. */
export interface PanelServices {
  readonly extensionUri: vscode.Uri;
  readonly store: HostStore;
  readonly engine: EngineHost;
  readonly runCommand: (command: PanelCommand, target: CommandTarget) => Promise<void>;
  /** Reads a run's settings again, after they were changed. */
  readonly refreshRun: (path: string) => Promise<void>;
  /** Called when a panel shows a run no longer. */
  readonly left: (path: string) => void;
}

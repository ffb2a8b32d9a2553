import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export type Settings = Readonly<Record<string, unknown>>;

/** Settings under which VS Code shows its workbench and nothing else: no welcome, no chat, no calls home. */
export const quietSettings: Settings = {
  "chat.agentHost.enabled": false,
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.autoDetectColorScheme": false,
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/** The user's settings of a server that keeps its data in `dataFolder`; read when a page is loaded. */
export function userSettings(dataFolder: string): string {
  return join(dataFolder, "data", "User", "settings.json");
}

/** The user's keybindings of the same server, likewise. */
export function userKeybindings(dataFolder: string): string {
  return join(dataFolder, "data", "User", "keybindings.json");
}

/** The settings of an opened folder; a running workbench follows them, unlike the user's. */
export function folderSettings(folder: string): string {
  return join(folder, ".vscode", "settings.json");
}

/** Sets settings in a settings file, beside those already there; the file and its folder are made where missing. */
export function writeSettings(file: string, settings: Settings): void {
  mkdirSync(dirname(file), { recursive: true });
  const present = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  writeFileSync(file, `${JSON.stringify({ ...present, ...settings }, undefined, 2)}\n`);
}

/** Whether a server has kept its data in `dataFolder` before. */
export function hasSettings(dataFolder: string): boolean {
  return existsSync(userSettings(dataFolder));
}

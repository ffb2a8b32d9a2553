import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type Settings = Readonly<Record<string, unknown>>;

/** Settings under which VS Code shows its workbench and nothing else: no welcome, no chat, no calls home. */
export const quietSettings: Settings = {
  "chat.agentHost.enabled": false,
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/** The user's settings of a server that keeps its data in `dataFolder`. */
function settingsFile(dataFolder: string): string {
  return join(dataFolder, "data", "User", "settings.json");
}

/** Sets settings beside those already there; a running workbench follows the file by itself. */
export function writeSettings(dataFolder: string, settings: Settings): void {
  const file = settingsFile(dataFolder);
  mkdirSync(join(file, ".."), { recursive: true });
  const present = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  writeFileSync(file, `${JSON.stringify({ ...present, ...settings }, undefined, 2)}\n`);
}

/** Whether a server has kept its data in `dataFolder` before. */
export function hasSettings(dataFolder: string): boolean {
  return existsSync(settingsFile(dataFolder));
}

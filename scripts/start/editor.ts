import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { onPath } from "../lib/debian.ts";
import { cache, root } from "../lib/paths.mjs";
import { launchServer } from "../vscode/server.ts";
import { hasSettings, quietSettings, userSettings, writeSettings } from "../vscode/settings.ts";
import { groupOf } from "./group.ts";

/** A VS Code that this script has opened. */
export interface Editor {
  /** One line for the person: what was opened, or where to look. */
  readonly message: string;
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

const usualPort = 8470;
const home = join(cache, "browser-vscode");

/** The desktop VS Code on PATH where there is a display to show it; not the `code` of a terminal inside VS Code. */
export function findDesktop(): string | undefined {
  const isInside = process.env.VSCODE_IPC_HOOK_CLI !== undefined;
  const hasDisplay = process.platform !== "linux" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  return hasDisplay && !isInside ? onPath(["code"]) : undefined;
}

/** Opens a folder and a file in the desktop VS Code, in a window with this extension under development. */
export function openDesktop(code: string, folder: string, file: string): Editor {
  const args = ["--new-window", "--wait", `--extensionDevelopmentPath=${root}`, folder, file];
  const shell = process.platform === "win32";
  const group = groupOf(spawn(code, args, { detached: true, stdio: "ignore", shell }));
  return { message: "VS Code opens in a window of its own.", ended: group.ended, stop: group.stop };
}

/** Starts VS Code for the browser with this extension, on a port that stays the same where it can: the page's state does. */
export async function openBrowser(folder: string, file: string, port: number | undefined): Promise<Editor> {
  const dataFolder = join(home, "data");
  if (!hasSettings(dataFolder)) writeSettings(userSettings(dataFolder), quietSettings);
  const server = await launchServer({
    dataFolder,
    extensionsFolder: extensionsFolder(),
    port: port ?? (await freeOr(usualPort)),
    token: "random",
    trust: "asked",
  });
  const openFile = `vscode-remote://localhost:${server.port}${file}`;
  const url = server.urlFor(folder, { payload: JSON.stringify([["openFile", openFile]]) });
  return { message: `VS Code is at ${url}`, ended: server.ended, stop: server.stop };
}

/** A folder of extensions that holds this one, linked, so that every build is the installed one. */
function extensionsFolder(): string {
  const { publisher, name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const folder = join(home, "extensions");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(root, join(folder, `${publisher}.${name}-${version}`), "junction");
  return folder;
}

/** `port` where nothing listens on it, else 0. */
function freeOr(port: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(0));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(port)));
  });
}

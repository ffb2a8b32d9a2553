import { type Browser, chromium } from "playwright-core";
import { browserFlags, ensureBrowser } from "./browser.ts";
import type { Server } from "./server.ts";

/** Starts the machine's Chromium without a window, installing it where that can be done. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await ensureBrowser(), args: [...browserFlags] });
}

/** The workbench's address with an extension under development loaded, and its tests where `suite` names their entry. */
export function developmentUrl(
  server: Server,
  folder: string,
  { extension, suite }: { extension: string; suite?: string },
): string {
  const remote = (path: string) => `vscode-remote://localhost:${server.port}${path}`;
  const payload = [
    ["extensionDevelopmentPath", remote(extension)],
    ...(suite ? [["extensionTestsPath", remote(suite)]] : []),
    ["skipWelcome", "true"],
  ];
  return server.urlFor(folder, { payload: JSON.stringify(payload) });
}

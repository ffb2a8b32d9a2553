import { existsSync } from "node:fs";
import { aptInstall, onPath } from "../lib/debian.ts";
import { SetUpError } from "../lib/stage.mjs";

const names = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "microsoft-edge",
];

const applications: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  win32: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
  ],
};

/** What Chromium is started with: no sandbox (it refuses to run as root with one) and nothing that calls home. */
export const browserFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
] as const;

/** A Chrome, Chromium or Edge of this machine. */
export function findBrowser(): string | undefined {
  return onPath(names) ?? applications[process.platform]?.find((path) => existsSync(path));
}

/** The same, installed from Debian where none is found; throws a line that says what to install where it cannot be. */
export async function ensureBrowser(): Promise<string> {
  const found = findBrowser();
  if (found) return found;
  await aptInstall(["chromium", "fonts-dejavu-core"], "A browser (Chromium) for the tests of the page");
  const installed = findBrowser();
  if (!installed) throw new SetUpError("Chromium was installed, but is not on PATH.");
  return installed;
}

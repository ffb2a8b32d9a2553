import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Frame, Page } from "playwright-core";
import { cache, root } from "../../scripts/lib/paths.mjs";
import { launchServer } from "../../scripts/vscode/server.ts";
import {
  folderSettings,
  quietSettings,
  type Settings,
  userKeybindings,
  userSettings,
  writeSettings,
} from "../../scripts/vscode/settings.ts";
import { developmentUrl, launchBrowser } from "../../scripts/vscode/workbench.ts";
import { poll } from "../util/poll.ts";

/** How a workbench is opened; everything has a default. */
export interface WorkbenchOptions {
  /** A folder whose copy is opened; an empty one where absent. */
  readonly template?: string;
  /** Folder of the extension under test; this project's own where absent. */
  readonly extension?: string;
  readonly settings?: Settings;
  readonly keybindings?: readonly Keybinding[];
  readonly viewport?: { readonly width: number; readonly height: number };
  /** `asked` opens the folder in Restricted Mode. */
  readonly trust?: "asked" | "given";
  /** Environment variables of the extension host beside this process's own; undefined removes one. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A user's key for a command: the way to give a command arguments. */
export interface Keybinding {
  readonly key: string;
  readonly command: string;
  readonly args?: unknown;
}

/** Something a page should not have said, with the address of the file that did, where the browser knows it. */
export interface Complaint {
  readonly kind: "console error" | "page error" | "content security policy";
  readonly text: string;
  readonly from: string;
}

/** A real VS Code workbench in a browser page, with an extension under development loaded. */
export interface Workbench {
  readonly page: Page;
  /** The opened folder. */
  readonly folder: string;
  /** All complaints so far but those of VS Code's own files about its own affairs. */
  complaints(): readonly Complaint[];
  /** Runs a command through the command palette by its title, `Category: Title` where it has a category. */
  runCommand(title: string): Promise<void>;
  /** The frame of the webview that shows an element which `selector` finds; waits for it. */
  webview(selector: string): Promise<Frame>;
  /** Sets settings of the opened folder; the workbench follows them. */
  set(settings: Settings): void;
  /** Switches the colour theme, and waits until the workbench has it. */
  useTheme(theme: Theme): Promise<void>;
  /** Loads the page again, as a person does with F5, once it has written down its editors and this text of theirs. */
  reload(kept?: string): Promise<void>;
  /** Photographs the page into `.cache/screenshots/NAME.png`; the result is the path. */
  screenshot(name: string): Promise<string>;
  close(): Promise<void>;
}

/** A theme of each kind that webviews are told apart by. */
export const themes = {
  "vscode-light": "Default Light Modern",
  "vscode-dark": "Default Dark Modern",
  "vscode-high-contrast": "Default High Contrast",
  "vscode-high-contrast-light": "Default High Contrast Light",
} as const;

export type Theme = keyof typeof themes;

/** Starts a server and a browser of its own and opens a workbench; about 5 s. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const scratch = mkdtempSync(join(tmpdir(), "pgi-panel-"));
  const folder = makeFolder(scratch, options.template);
  const dataFolder = join(scratch, "data");
  writeSettings(userSettings(dataFolder), { ...quietSettings, ...options.settings });
  writeFileSync(userKeybindings(dataFolder), JSON.stringify(options.keybindings ?? []));
  const server = await launchServer({
    dataFolder,
    extensionsFolder: join(scratch, "extensions"),
    token: "none",
    trust: options.trust ?? "given",
    smokeTestDriver: true,
    ...(options.env ? { env: options.env } : {}),
  });
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: options.viewport ?? { width: 1400, height: 900 } });
  const complaints = collectComplaints(page);
  await page.goto(developmentUrl(server, folder, { extension: options.extension ?? root }));
  await ready(page);
  return {
    page,
    folder,
    complaints: () => complaints,
    runCommand: (title) => runCommand(page, title),
    webview: (selector) => webview(page, selector),
    set: (settings) => writeSettings(folderSettings(folder), settings),
    useTheme: async (theme) => {
      writeSettings(folderSettings(folder), { "workbench.colorTheme": themes[theme] });
      await page.locator(`.monaco-workbench.${workbenchClass[theme]}`).waitFor();
    },
    reload: async (kept = "") => {
      await poll("the workbench to keep its editors", () => keepsOpenEditors(page, kept));
      await page.reload();
      await ready(page);
    },
    screenshot: (name) => screenshot(page, name),
    close: async () => {
      await browser.close();
      await server.stop();
      rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const workbenchClass: Readonly<Record<Theme, string>> = {
  "vscode-light": "vs",
  "vscode-dark": "vs-dark",
  "vscode-high-contrast": "hc-black",
  "vscode-high-contrast-light": "hc-light",
};

/**
 * Whether what the workbench has written down names every open tab. It writes some seconds late, and a page
 * that is loaded anew before that has lost its editors.
 */
function keepsOpenEditors(page: Page, text: string): Promise<true | undefined> {
  return page.evaluate(async (wanted) => {
    const settled = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const kept: unknown[] = [];
    for (const { name = "" } of await indexedDB.databases()) {
      if (!name.startsWith("vscode-web-state-db-")) continue;
      const database = await settled(indexedDB.open(name));
      const items = database.transaction("ItemTable").objectStore("ItemTable");
      kept.push(await settled(items.get("memento/workbench.parts.editor")));
      database.close();
    }
    const tabs = [...document.querySelectorAll(".tabs-container .tab .label-name")];
    const titles = tabs.map((tab) => JSON.stringify(tab.textContent).slice(1, -1));
    const isKept = (part: string) => kept.some((value) => String(value).includes(part));
    return [...titles, wanted].every(isKept) || undefined;
  }, text);
}

function makeFolder(scratch: string, template: string | undefined): string {
  const folder = join(scratch, "workspace");
  if (template) cpSync(template, folder, { recursive: true });
  else mkdirSync(folder);
  return folder;
}

async function ready(page: Page): Promise<void> {
  await page.locator(".monaco-workbench .part.statusbar").waitFor();
  await page.locator(".monaco-workbench .part.editor").waitFor();
}

function collectComplaints(page: Page): Complaint[] {
  const complaints: Complaint[] = [];
  const keep = (complaint: Complaint) => {
    if (!isEditorsOwn(complaint)) complaints.push(complaint);
  };
  page.on("console", (message) => {
    if (message.type() === "error") keep(complaintOf(message.text(), message.location().url));
  });
  page.on("pageerror", ({ message, stack }) =>
    keep({ kind: "page error", text: stack ?? message, from: "" }),
  );
  return complaints;
}

function complaintOf(text: string, from: string): Complaint {
  const isViolation = text.includes("violates the following Content Security Policy");
  return { kind: isViolation ? "content security policy" : "console error", text, from };
}

/** What VS Code says of its own accord: its own files, and what it asks of places that are not there. */
const editorsOwn = [
  /\/out\/(?!vs\/workbench\/contrib\/webview\/)[\w/]*\.(?:js|html)/,
  /\/_static\/|\/vsda\/|\/update\/check|open-vsx\.org/,
  /bad HTTP response code \(404\) was received when fetching the script/,
];

function isEditorsOwn({ text, from }: Complaint): boolean {
  const said = `${from} ${text}`;
  return !/policy-gradient|policyGradient/i.test(text) && editorsOwn.some((pattern) => pattern.test(said));
}

/** The palette lists what was registered when it was opened, so it is opened again until the command is there. */
async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator(".quick-input-widget input.input");
  const row = page.locator(`.quick-input-list .monaco-list-row[aria-label^="${title}"]`).first();
  await poll(`the command "${title}" in the palette`, async () => {
    // A page inside an editor that is still loading swallows keys.
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press("F1");
    // A busy workbench may close the palette again under one's hands.
    const isListed = await input
      .fill(`>${title}`, { timeout: 3_000 })
      .then(() => row.waitFor({ timeout: 1_000 }))
      .then(
        () => true,
        () => false,
      );
    if (isListed) return true;
    await page.keyboard.press("Escape");
    return undefined;
  });
  await row.click();
}

/** Webviews are two frames deep, and a page may have several of them. */
function webview(page: Page, selector: string): Promise<Frame> {
  return poll(`a webview with ${selector}`, async () => {
    for (const frame of page.frames()) {
      if (frame.parentFrame()?.parentFrame() && (await frame.locator(selector).count()) > 0) return frame;
    }
    return undefined;
  });
}

async function screenshot(page: Page, name: string): Promise<string> {
  const folder = join(cache, "screenshots");
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  return path;
}

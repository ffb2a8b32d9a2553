import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConsoleMessage, Frame, Page } from "playwright-core";
import { cache, root } from "../../scripts/lib/paths.mjs";
import { launchServer } from "../../scripts/vscode/server.ts";
import { quietSettings, type Settings, writeSettings } from "../../scripts/vscode/settings.ts";
import { developmentUrl, launchBrowser } from "../../scripts/vscode/workbench.ts";
import { poll } from "../util/poll.ts";

/** How a workbench is opened; everything has a default. */
export interface WorkbenchOptions {
  /** A folder whose copy is opened; an empty one where absent. */
  readonly template?: string;
  /** Folder of the extension under test; this project's own where absent. */
  readonly extension?: string;
  readonly settings?: Settings;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** `asked` opens the folder in Restricted Mode. */
  readonly trust?: "asked" | "given";
  /** Environment variables of the extension host beside this process's own; undefined removes one. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Something a page should not have said, with the address of the frame that did. */
export interface Complaint {
  readonly kind: "console error" | "page error" | "securitypolicyviolation";
  readonly text: string;
  readonly from: string;
}

/** A real VS Code workbench in a browser page, with an extension under development loaded. */
export interface Workbench {
  readonly page: Page;
  /** The opened folder. */
  readonly folder: string;
  /** Everything of {@link Complaint} so far that comes from a webview or names the extension; VS Code's own left out. */
  complaints(): readonly Complaint[];
  /** Runs a command through the command palette by its title, `Category: Title` where it has a category. */
  runCommand(title: string): Promise<void>;
  /** The frame of the webview that shows an element which `selector` finds; waits for it. */
  webview(selector: string): Promise<Frame>;
  /** Sets user settings; the workbench follows the file. */
  set(settings: Settings): void;
  /** Switches the colour theme, and waits until the workbench has it. */
  useTheme(theme: Theme): Promise<void>;
  /** Loads the page again, as a person does with F5. */
  reload(): Promise<void>;
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

const marker = "securitypolicyviolation ";

/** Starts a server and a browser of its own and opens a workbench; about 5 s. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const scratch = mkdtempSync(join(tmpdir(), "pgi-panel-"));
  const folder = makeFolder(scratch, options.template);
  const dataFolder = join(scratch, "data");
  writeSettings(dataFolder, { ...quietSettings, ...options.settings });
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
  const complaints = await collectComplaints(page);
  await page.goto(developmentUrl(server, folder, { extension: options.extension ?? root }));
  await ready(page);
  return {
    page,
    folder,
    complaints: () => complaints,
    runCommand: (title) => runCommand(page, title),
    webview: (selector) => webview(page, selector),
    set: (settings) => writeSettings(dataFolder, settings),
    useTheme: async (theme) => {
      writeSettings(dataFolder, { "workbench.colorTheme": themes[theme] });
      await page.locator(`.monaco-workbench.${workbenchClass[theme]}`).waitFor();
    },
    reload: async () => {
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

function makeFolder(scratch: string, template: string | undefined): string {
  const folder = join(scratch, "workspace");
  if (template) cpSync(template, folder, { recursive: true });
  else mkdirSync(folder);
  return folder;
}

/** The workbench is ready when its extension host has said what it contributes to the status bar. */
async function ready(page: Page): Promise<void> {
  await page.locator(".monaco-workbench .part.statusbar").waitFor();
  await page.locator(".monaco-workbench .part.editor").waitFor();
}

async function collectComplaints(page: Page): Promise<Complaint[]> {
  const complaints: Complaint[] = [];
  await page.addInitScript((prefix) => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) =>
      console.error(`${prefix}${violatedDirective} ${blockedURI} ${sourceFile}`),
    );
  }, marker);
  page.on("console", (message) => {
    const complaint = complaintOf(message);
    if (complaint && isOurs(complaint)) complaints.push(complaint);
  });
  page.on("pageerror", (error) => {
    const complaint = { kind: "page error", text: error.stack ?? error.message, from: "" } as const;
    if (isOurs(complaint)) complaints.push(complaint);
  });
  return complaints;
}

function complaintOf(message: ConsoleMessage): Complaint | undefined {
  if (message.type() !== "error") return undefined;
  const text = message.text();
  const kind = text.startsWith(marker) ? "securitypolicyviolation" : "console error";
  return { kind, text, from: message.location().url };
}

/** Whether a complaint comes from inside a webview or names the extension, not from VS Code's own files. */
function isOurs({ text, from }: Complaint): boolean {
  return /fake\.html|vscode-resource|policy-gradient|policyGradient/i.test(`${from} ${text}`);
}

async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator(".quick-input-widget input.input");
  await page.keyboard.press("F1");
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator(`.quick-input-list .monaco-list-row[aria-label^="${title}"]`).first().waitFor();
  await page.keyboard.press("Enter");
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

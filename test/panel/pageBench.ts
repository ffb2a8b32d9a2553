import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../scripts/vscode/workbench.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "test/panel/page");
const built = join(root, "dist/panel-page");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ttf": "font/ttf",
};

/** The panel's page served with the policy it has in the editor, and a browser to look at it. */
export interface PageBench {
  readonly browser: Browser;
  readonly bundleBytes: number;
  url(query?: string): string;
  open(query: string, size: { width: number; height: number }): Promise<OpenPage>;
  close(): Promise<void>;
}

export interface OpenPage {
  readonly page: Page;
  /** Errors of the console and of the page's scripts. */
  readonly errors: string[];
}

/** Bundles the page, serves it on this machine and starts the browser. */
export async function startPageBench(): Promise<PageBench> {
  await bundle();
  const server = createServer((request, response) => void answer(request.url ?? "/", server, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await launchBrowser();
  const url = (query = "") => `${origin(server)}/index.html${query}`;
  return {
    browser,
    bundleBytes: (await readFile(join(built, "webview.js"))).length,
    url,
    open: (query, size) => openPage(browser, url(query), size),
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

async function openPage(
  browser: Browser,
  url: string,
  viewport: { width: number; height: number },
): Promise<OpenPage> {
  const page = await browser.newPage({ viewport });
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(url);
  return { page, errors };
}

async function bundle(): Promise<void> {
  const common = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2024",
    outdir: built,
  } as const;
  await Promise.all([
    build({ ...common, entryPoints: { webview: "webview/main.ts" }, loader: { ".ttf": "file" } }),
    build({ ...common, entryPoints: { host: "test/panel/fakeHost.ts" } }),
  ]);
}

function origin(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Answer {
  writeHead(status: number, headers?: Record<string, string>): unknown;
  end(body?: Uint8Array | string): unknown;
}

async function answer(address: string, server: Server, response: Answer): Promise<void> {
  const name = decodeURIComponent(new URL(address, "http://localhost").pathname).slice(1);
  const type = types[extname(name)];
  if (type === undefined || name.includes("/")) {
    response.writeHead(204);
    response.end();
    return;
  }
  const place = name === "index.html" || name === "themes.css" ? folder : built;
  const content = await readFile(join(place, name));
  response.writeHead(200, { "content-type": type });
  response.end(name === "index.html" ? withPolicy(content.toString(), origin(server)) : content);
}

/** Puts this visit's nonce and the place of the styles into the page, as the editor's host does. */
function withPolicy(html: string, place: string): string {
  return html.replaceAll("NONCE", randomBytes(16).toString("base64url")).replaceAll("ORIGIN", place);
}

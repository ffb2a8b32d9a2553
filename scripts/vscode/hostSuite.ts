import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { root } from "../lib/paths.mjs";
import { fromRunner, type Outcome } from "../test/outcome.ts";
import { readOutcome } from "../test/runners.ts";
import { readHostOutput } from "./hostOutput.ts";
import { launchServer, type Server } from "./server.ts";
import { quietSettings, userSettings, writeSettings } from "./settings.ts";
import { developmentUrl, launchBrowser } from "./workbench.ts";

/** What is loaded into VS Code and run there. */
export interface HostSuite {
  /** Folder of the extension (with its package.json). */
  readonly extension: string;
  /** Module that exports `run(): Promise<void>` and writes its outcome to HOST_SUITE_OUTCOME. */
  readonly suite: string;
  /** Milliseconds until it counts as hung; five minutes where absent. */
  readonly deadline?: number;
}

export const ourHostSuite: HostSuite = { extension: root, suite: join(root, "dist/test-host/index.cjs") };

/** Runs a Mocha suite inside the extension host of a real VS Code, driven through its page in Chromium. */
export async function runHostSuite(what: HostSuite): Promise<Outcome> {
  const scratch = mkdtempSync(join(tmpdir(), "pgi-host-"));
  const dataFolder = join(scratch, "data");
  const outcomeFile = join(scratch, "outcome.json");
  writeSettings(userSettings(dataFolder), quietSettings);
  const server = await launchServer({
    dataFolder,
    extensionsFolder: join(scratch, "extensions"),
    token: "none",
    trust: "given",
    smokeTestDriver: true,
    env: { HOST_SUITE_OUTCOME: outcomeFile },
  });
  try {
    const code = await runOn(server, join(scratch, "workspace"), what);
    return fromRunner(code, readOutcome(outcomeFile));
  } finally {
    await server.stop();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function runOn(server: Server, folder: string, what: HostSuite): Promise<number> {
  mkdirSync(folder);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const output = readHostOutput((line) => console.log(line));
    await page.exposeFunction("codeAutomationLog", output.read);
    const exit = exitCode(page, what.deadline ?? 300_000);
    await page.goto(developmentUrl(server, folder, what));
    const code = await exit;
    if (code !== 0) console.error(output.rest().join("\n"));
    return code;
  } finally {
    await browser.close();
  }
}

/** The code with which the suite ends; 124 where the deadline passes first. */
function exitCode(page: Page, deadline: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const hung = setTimeout(() => {
      console.error(`the host suite did not end within ${deadline / 1000} s`);
      resolve(124);
    }, deadline);
    const end = (code: number) => {
      clearTimeout(hung);
      resolve(code);
    };
    page.exposeFunction("codeAutomationExit", end).catch(reject);
    page.once("crash", () => end(1));
  });
}

import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { openWorkbench, type Workbench } from "./harness.ts";

const scratch = mkdtempSync(join(tmpdir(), "pgi-trust-"));
const template = join(scratch, "hostile");
const marker = join(scratch, "was-executed");

/** A folder whose settings name a program of its own as the engine's Node. */
function makeHostileFolder(): void {
  const program = join(template, "node");
  mkdirSync(join(template, ".vscode"), { recursive: true });
  writeFileSync(program, `#!/bin/sh\ntouch "${marker}"\nexec "${process.execPath}" "$@"\n`);
  chmodSync(program, 0o755);
  writeFileSync(
    join(template, ".vscode", "settings.json"),
    JSON.stringify({ "policyGradient.engine.nodePath": program }),
  );
}

makeHostileFolder();
const settings = {
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.banner": "never",
};
let workbench: Workbench | undefined;

afterEach(async () => {
  await workbench?.close();
  workbench = undefined;
  rmSync(marker, { force: true });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Asks for a training, for which the engine has to run, and waits for its list of environments. */
async function startEngine({ page, runCommand }: Workbench): Promise<void> {
  await runCommand("Policy Gradient: Train REINFORCE");
  await page.locator(".quick-input-widget").getByText("CartPole-v1").first().waitFor();
}

describe.skipIf(process.platform === "win32")("a folder that names a program as the engine's Node", () => {
  test("does not get it started in Restricted Mode, where the engine works all the same", async () => {
    workbench = await openWorkbench({ template, settings, trust: "asked" });
    await startEngine(workbench);
    expect(existsSync(marker)).toBe(false);
  });

  test("gets it started once it is trusted", async () => {
    workbench = await openWorkbench({ template, settings, trust: "given" });
    await startEngine(workbench);
    expect(existsSync(marker)).toBe(true);
  });
});

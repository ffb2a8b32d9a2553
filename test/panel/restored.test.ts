import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorkbench, type Workbench } from "./harness.ts";

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
});
afterAll(() => workbench.close());

/** Answers all questions of Train REINFORCE by what they offer. */
async function trainByDefaults({ page, runCommand }: Workbench): Promise<void> {
  await runCommand("Policy Gradient: Train REINFORCE");
  for (const place of ["1/4", "2/4", "3/4", "4/4"]) {
    await page.locator(".quick-input-title", { hasText: `(${place})` }).waitFor();
    await page.keyboard.press("Enter");
  }
}

test("a reloaded window shows the run again and does not train it", async () => {
  const { page } = workbench;
  await trainByDefaults(workbench);
  await page.locator(".statusbar-item", { hasText: /ep \d{2,} · avg/ }).waitFor();
  await (await workbench.webview("pgi-curve")).locator("pgi-curve").first().waitFor();
  await workbench.reload();
  const panel = await workbench.webview("pgi-curve");
  await panel.getByText("CartPole-v1").first().waitFor();
  const status = page.locator(".statusbar-item", { hasText: /ep \d+ · avg/ });
  await status.waitFor();
  expect(await status.locator(".codicon-sync").count()).toBe(0);
  expect(workbench.complaints()).toEqual([]);
});

test("training is taken up from the file when it is resumed", async () => {
  const { page } = workbench;
  await workbench.runCommand("Policy Gradient: Resume");
  await page.locator(".statusbar-item", { hasText: /ep \d+ · avg .* steps\/s/ }).waitFor();
  await workbench.runCommand("Policy Gradient: Stop");
});

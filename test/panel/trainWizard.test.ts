import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { poll } from "../util/poll.ts";
import { openWorkbench, type Workbench } from "./harness.ts";

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
});
afterAll(() => workbench.close());

const runFiles = () => {
  try {
    const files = readdirSync(join(workbench.folder, ".policy-gradient", "runs"));
    return files.filter((name) => name.endsWith(".pgrun"));
  } catch {
    return [];
  }
};

/** The title that the quick input shows, with its place in the series of questions. */
const step = (place: string) =>
  workbench.page.locator(".quick-input-widget .quick-input-title", { hasText: `Train REINFORCE (${place})` });

test("Train REINFORCE asks for environment, seed, hidden sizes and backend, and then trains", async () => {
  const { page } = workbench;
  const input = page.locator(".quick-input-widget input.input");
  await workbench.runCommand("Policy Gradient: Train REINFORCE");
  await step("1/4").waitFor();
  await page.locator(".quick-input-widget .monaco-list-row").getByText("CartPole-v1").first().click();
  await step("2/4").waitFor();
  await input.fill("not a seed");
  await page.keyboard.press("Enter");
  await page.locator(".quick-input-message", { hasText: "A seed is a whole number" }).waitFor();
  await input.fill("41");
  await page.keyboard.press("Enter");
  await step("3/4").waitFor();
  await input.fill("8");
  await page.keyboard.press("Enter");
  await step("4/4").waitFor();
  await page.keyboard.press("Enter");
  const status = page.locator(".statusbar-item", { hasText: /ep \d+ · avg/ });
  await status.waitFor();
  expect(runFiles()).toEqual(["CartPole-v1-reinforce-seed41.pgrun"]);
});

test("it offers the last choice the next time, and goes back a step when asked", async () => {
  const { page } = workbench;
  const input = page.locator(".quick-input-widget input.input");
  await workbench.runCommand("Policy Gradient: Train REINFORCE");
  await step("1/4").waitFor();
  await page.keyboard.press("Enter");
  await step("2/4").waitFor();
  expect(await input.inputValue()).toBe("41");
  await page.locator(".quick-input-titlebar .codicon-quick-input-back").click();
  await step("1/4").waitFor();
  await page.keyboard.press("Escape");
  await poll("the question to go", async () =>
    (await page.locator(".quick-input-widget").isVisible()) ? undefined : true,
  );
  expect(runFiles()).toHaveLength(1);
});

test("the status bar's item stops training through the palette", async () => {
  const { page } = workbench;
  await workbench.runCommand("Policy Gradient: Stop");
  await page
    .locator(".statusbar-item", { hasText: /ep \d+ · avg/ })
    .locator(".codicon-debug-stop")
    .waitFor();
});

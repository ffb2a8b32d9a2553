import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorkbench, themes, type Workbench } from "./harness.ts";

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
});

afterAll(() => workbench.close());

test("the command Open Panel shows the panel, in every theme, without a complaint", async () => {
  await workbench.runCommand("Policy Gradient: Open Panel");
  const panel = await workbench.webview("body");
  for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
    await workbench.useTheme(theme);
    await panel.locator(`body[data-vscode-theme-kind="${theme}"]`).waitFor();
  }
  expect(workbench.complaints()).toEqual([]);
});

test("the panel is there again after the page was reloaded", async () => {
  await workbench.reload();
  const panel = await workbench.webview("pgi-panel");
  await panel.getByText("No run is open").waitFor();
  expect(workbench.complaints()).toEqual([]);
});

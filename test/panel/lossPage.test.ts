import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { poll } from "../util/poll.ts";
import { type OpenPage, type PageBench, startPageBench } from "./pageBench.ts";

let bench: PageBench;
let opened: OpenPage | undefined;

beforeAll(async () => {
  bench = await startPageBench();
});
afterAll(() => bench?.close());

afterEach(async () => {
  if (opened === undefined) return;
  const { page, errors } = opened;
  const violations = await page.evaluate(() => window.fake.violations);
  await page.close();
  opened = undefined;
  expect({ errors, violations }).toEqual({ errors: [], violations: [] });
});

async function show(): Promise<Page> {
  opened = await bench.open("", { width: 1440, height: 900 });
  const { page } = opened;
  await page.locator(".step-row[aria-selected=true]").waitFor();
  await page.locator(".cm-content").click();
  return page;
}

/** Puts a text into the editor at once, as the host does with a file's; the cursor goes to its end. */
async function write(page: Page, text: string): Promise<void> {
  await page.evaluate((loss) => window.fake.send("setLoss", { text: loss }), text);
  await reads(page, text);
  await page.keyboard.press("Control+End");
}

async function reads(page: Page, text: string): Promise<void> {
  let last = "";
  await poll(
    `the text ${text}`,
    async () => {
      last = await lossText(page);
      return last === text ? true : undefined;
    },
    5_000,
  ).catch(() => expect(last).toBe(text));
}

function lossText(page: Page): Promise<string> {
  return page.locator(".cm-content").evaluate((content) =>
    [...content.querySelectorAll(".cm-line")]
      .map((line) => {
        const copy = line.cloneNode(true) as Element;
        for (const inlay of copy.querySelectorAll(".loss-inlay")) inlay.remove();
        return copy.textContent ?? "";
      })
      .join("\n"),
  );
}

describe("the loss editor's help", () => {
  test("colours names by what they refer to", async () => {
    const page = await show();
    await write(page, "beta = 0.5\nr = r * beta\nloss = -(r * log_pi).sum()");
    const words = (kind: string) => page.locator(`.cm-content .loss-${kind}`).allTextContents();
    await poll("the colours", async () => ((await words("head")).join() === "log_pi" ? true : undefined));
    expect(await words("declaration")).toEqual(["beta", "r", "loss"]);
    expect(await words("data")).toEqual(["r"]);
    expect(await words("definition")).toEqual(["beta", "r"]);
    expect(await words("slider")).toEqual(["0.5"]);
    expect(await words("operator")).toEqual(["sum"]);
  });

  test("shows the signature while arguments are typed, the one at the cursor in bold", async () => {
    const page = await show();
    await write(page, "");
    await page.keyboard.type("G = discounted_returns(r, ");
    await page.locator(".signature").waitFor();
    expect(await page.locator(".signature b").textContent()).toBe("gamma");
    // The first may be for a list of completions that is still on its way.
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.locator(".signature").waitFor({ state: "detached" });
    await page.keyboard.press("Control+Shift+Space");
    await page.locator(".signature").waitFor();
    await page.keyboard.press("End");
    await page.keyboard.type(" + 1");
    await page.locator(".signature").waitFor({ state: "detached" });
  });

  test("completes a call with the cursor between its brackets", async () => {
    const page = await show();
    await write(page, "loss = ");
    await page.keyboard.type("cross_e");
    await page.locator(".cm-tooltip-autocomplete [aria-selected]", { hasText: "cross_entropy" }).click();
    await page.locator(".signature b", { hasText: "logits" }).waitFor();
    await page.keyboard.type("logits, a");
    await reads(page, "loss = cross_entropy(logits, a)");
  });

  test("renames by F2 everywhere, and says why a name cannot be taken", async () => {
    const page = await show();
    await write(page, "w = r * 2\nloss = -(w * log_pi).sum()");
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("F2");
    const input = page.locator(".rename input");
    await input.fill("log_pi");
    expect(await page.locator(".rename [role=status]").textContent()).toMatch(/take another one/);
    await page.keyboard.press("Enter");
    await input.fill("weight");
    await page.keyboard.press("Enter");
    await reads(page, "weight = r * 2\nloss = -(weight * log_pi).sum()");
    await page.keyboard.press("Control+z");
    await reads(page, "w = r * 2\nloss = -(w * log_pi).sum()");
  });

  test("says that data cannot be renamed", async () => {
    const page = await show();
    await write(page, "loss = -(r * log_pi).sum()");
    await page.keyboard.press("Home");
    for (let step = 0; step < 9; step++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("F2");
    await page.locator(".rename", { hasText: "r is given with every update" }).waitFor();
  });

  test("mends by the keyboard alone: F8 to the problem, Ctrl+. for its fixes", async () => {
    const page = await show();
    await write(page, "loss = (r * log_pi).sum()");
    await page.locator(".cm-lintRange-warning").first().waitFor();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("F8");
    await page.keyboard.press("Control+.");
    await page.locator(".fix-menu button:focus", { hasText: "Negate the term" }).waitFor();
    await page.keyboard.press("Enter");
    await reads(page, "loss = (-r * log_pi).sum()");
    expect(await page.evaluate(() => document.activeElement?.className)).toContain("cm-content");
  });

  test("closes the fixes by Escape and leaves the text", async () => {
    const page = await show();
    await write(page, "loss = (r * log_pi).sum()");
    await page.locator(".cm-lintRange-warning").first().waitFor();
    await page.keyboard.press("Control+.");
    await page.locator(".fix-menu button:focus").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".fix-menu").waitFor({ state: "detached" });
    await page.keyboard.type(" ");
    await reads(page, "loss = (r * log_pi).sum() ");
  });

  test("formats by Shift+Alt+F, and leaves what cannot be parsed", async () => {
    const page = await show();
    await write(page, "loss=-( r*log_pi ) .sum( )");
    await page.keyboard.press("Shift+Alt+f");
    await reads(page, "loss = -(r * log_pi).sum()");
    await write(page, "loss=-( r");
    await page.keyboard.press("Shift+Alt+f");
    await reads(page, "loss=-( r");
  });

  test("turns a typed update rule into its loss", async () => {
    const page = await show();
    await write(page, "theta += alpha * gamma**t * G * grad(log_pi)");
    await page.locator(".problem", { hasText: "this is an update rule" }).waitFor();
    await page.getByRole("button", { name: "Turn into loss" }).click();
    await poll("the loss", async () =>
      /^# theta \+= .*\nG {4}= discounted_returns\(r, gamma\)\nloss = -\(gamma\*\*t \* G\.detach\(\) \* log_pi\)\.sum\(\)$/u.test(
        await lossText(page),
      )
        ? true
        : undefined,
    );
    await page.locator(".verdict[data-kind=book]").waitFor();
  });

  test("Python is offered in translation", async () => {
    const page = await show();
    await write(page, "loss = -(torch.stack(policy.saved_log_probs) * adv).sum()");
    await page.getByRole("button", { name: "Translate from Python" }).click();
    await page.waitForFunction(() =>
      document.querySelector(".cm-content")?.textContent?.includes("log_pi * adv"),
    );
    expect(await page.locator(".cm-content").textContent()).toContain("# saved_log_probs is read as log_pi");
  });

  test("describes what has no values by its shape and documentation", async () => {
    const page = await show();
    await write(page, "x = foo\nloss = -(r * log_pi).sum()");
    await page.locator(".cm-content .loss-head").hover();
    const card = page.locator(".node-card");
    await card.waitFor();
    expect(await card.textContent()).toContain("head of the policy");
  });
});

describe("the menu of the loss editor", () => {
  test("copies the loss in another language, and says so", async () => {
    const page = await show();
    await page.getByRole("button", { name: "More about the loss" }).click();
    await page.locator(".menu-item", { hasText: "Copy as PyTorch" }).click();
    await page.locator(".problem", { hasText: "copied as PyTorch" }).waitFor();
    const copied = await page.evaluate(() => window.fake.situation.copied);
    expect(copied).toMatch(/import torch/u);
  });

  test("formats by a click", async () => {
    const page = await show();
    await write(page, "loss=-(r*log_pi).sum()");
    await page.getByRole("button", { name: "More about the loss" }).click();
    await page.locator(".menu-item", { hasText: "Format" }).click();
    await reads(page, "loss = -(r * log_pi).sum()");
  });
});

describe("composed input", () => {
  /** What an input method does: text that changes while it is composed, then the text that is meant. */
  async function compose(page: Page, steps: readonly string[], meant: string): Promise<void> {
    const client = await page.context().newCDPSession(page);
    for (const text of steps)
      await client.send("Input.imeSetComposition", {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      });
    await client.send("Input.insertText", { text: meant });
    await client.detach();
  }

  test("goes into the text at the cursor", async () => {
    const page = await show();
    await write(page, "loss = -(r * log_pi).sum()  # ");
    await compose(page, ["か", "かん"], "漢");
    await reads(page, "loss = -(r * log_pi).sum()  # 漢");
  });

  test("replaces coloured text that is selected, and no policy is violated", async () => {
    const page = await show();
    await write(page, "beta = 0.5\nloss = -(r * log_pi).sum()");
    await page.keyboard.press("Control+a");
    await compose(page, ["g", "ga", "γ"], "γ");
    await reads(page, "γ");
    await page.keyboard.type(" = 2");
    await reads(page, "γ = 2");
  });

  test("inside a coloured word keeps the word", async () => {
    const page = await show();
    await write(page, "loss = -(r * log_pi).sum()");
    await page.keyboard.press("Home");
    for (let step = 0; step < 16; step++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    await compose(page, ["x", "xx"], "og");
    await reads(page, "loss = -(r * log_pi).sum()");
  });
});

import type { Frame } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatExact, formatNumber } from "../../webview/format.ts";
import { poll } from "../util/poll.ts";
import {
  caughtUp,
  inState,
  lossText,
  openTrained,
  openUpdate,
  press,
  runFiles,
  says,
  selectedUpdate,
  shownByCommandLine,
  type Trained,
  typeLoss,
  updatesShown,
  type WhatIf,
  whatIf,
} from "./trained.ts";

const edited = `G = discounted_returns(r, gamma)
beta = 0.25
loss = -(G.detach() * log_pi).mean() - beta * entropy.sum()`;

let trained: Trained;
let panel: Frame;
let path: string;

beforeAll(async () => {
  trained = await openTrained(
    { environment: "CartPole-v1", seed: 7, hidden: 16 },
    { viewport: { width: 1600, height: 1200 } },
  );
  panel = trained.panel;
  path = runFiles(trained.workbench)[0]!;
});
afterAll(() => trained?.workbench.close());

/** The gradient table's rows as they stand on screen, without the histograms. */
const gradientRows = () =>
  panel
    .locator(".gradient-table :is(tbody, tfoot) tr")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll(":is(th, td):not(.plot)")].map((cell) =>
          (cell.textContent ?? "").replaceAll(/\s+/gu, " ").trim(),
        ),
      ),
    );

/** The same rows from the command line's figures. */
function expectedRows({ layers, total }: WhatIf): string[][] {
  const row = (name: string, { before, after, ratio, cosine }: WhatIf["total"]) => [
    name,
    formatNumber(before),
    formatNumber(after),
    `${formatNumber(ratio, 3)}×`,
    cosine.toFixed(3).replace("-", "−"),
  ];
  const named = layers.map((layer) => row(`${layer.name} ${layer.shape.join("×")}`, layer));
  return [...named, row("all", total)];
}

/** Waits until the panel shows what the command line says of the selected update under a loss. */
async function expectWhatIf(text: string): Promise<WhatIf> {
  const update = await selectedUpdate(panel);
  const wanted = await whatIf(path, update, text);
  const losses = `loss ${formatNumber(wanted.before.loss, 7)} → ${formatNumber(wanted.after.loss, 7)}`;
  await says(panel.locator("pgi-loss-editor .problem"), `${losses} on the batch of update ${update}`);
  expect(await gradientRows()).toEqual(expectedRows(wanted));
  const sentence = await panel.locator(".verdict-sentence").evaluate((element) => {
    const copy = element.cloneNode(true) as Element;
    copy.querySelector(".verdict-actions")?.remove();
    return copy.textContent;
  });
  expect(sentence?.trim()).toBe(wanted.after.verdict.sentence);
  return wanted;
}

/** Texts of a column from the table's first row on. */
async function column(key: string): Promise<string[]> {
  return panel.evaluate((name) => {
    const headers = [...document.querySelectorAll(".step-head .step-cell")];
    const at = headers.findIndex((header) => header.querySelector(`[data-column="${name}"]`) !== null);
    return [...document.querySelectorAll<HTMLElement>(".step-body .step-row:not([hidden])")]
      .sort((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")))
      .map((row) => row.children[at]?.textContent ?? "");
  }, key);
}

describe("a run that Train REINFORCE started by a key with arguments", () => {
  test("is the one that was asked for, in a panel that follows it", async () => {
    await inState(panel, "training");
    expect(await panel.locator(".run-name").textContent()).toMatch(
      /CartPole-v1\s+REINFORCE .* 4-16-2 · seed 7/u,
    );
    const before = await selectedUpdate(panel);
    await poll("later updates", async () => ((await selectedUpdate(panel)) > before + 20 ? true : undefined));
  });

  test("pauses, and makes exactly one update when asked for one", async () => {
    await press(panel, "pause");
    const update = await caughtUp(panel);
    await press(panel, "oneUpdate");
    await panel.getByRole("heading", { name: `Gradient of update ${update + 1}`, exact: true }).waitFor();
    const { whole } = await shownByCommandLine(path, update + 1);
    expect(whole.update).toBe(update + 1);
    await expect(shownByCommandLine(path, update + 2)).rejects.toThrow(/update/u);
  });
});

describe("an opened update", () => {
  test("stays the one that is shown while training goes on, until the newest is followed again", async () => {
    await openUpdate(panel, 5);
    const before = await updatesShown(panel);
    await press(panel, "resume");
    await poll("50 more updates", async () => ((await updatesShown(panel)) > before + 50 ? true : undefined));
    expect(await selectedUpdate(panel)).toBe(5);
    await panel.getByRole("switch").check();
    await poll("a late update", async () => ((await selectedUpdate(panel)) > before ? true : undefined));
    await press(panel, "pause");
    await caughtUp(panel);
  });

  test("is the one at the clicked point of the curve, with the numbers that the command line prints", async () => {
    const box = (await panel.locator(".curve canvas").boundingBox())!;
    const last = await caughtUp(panel);
    await trained.workbench.page.mouse.click(box.x + box.width * 0.6, box.y + box.height / 2);
    const update = await poll("another update", async () => {
      const shown = await selectedUpdate(panel);
      return shown === last ? undefined : shown;
    });
    const { whole } = await shownByCommandLine(path, update);
    const loss = formatNumber(whole.loss as number, 7);
    await says(panel.locator("pgi-loss-editor .problem"), `loss ${loss} on the batch of update ${update}`);
    await says(panel.locator(".gradient-table tfoot td").first(), formatNumber(whole.grad_norm as number));
  });

  test("is sorted by share as the command line sorts it", async () => {
    const { rows } = await shownByCommandLine(path, await selectedUpdate(panel), "--sort", "share");
    const wanted = rows.map(({ t }) => String(t));
    await panel.locator(".sort-button[data-column=share]").click();
    const shown = await poll("the order", async () => {
      const times = await column("t");
      return times.length > 3 && times.every((time, i) => time === wanted[i]) ? times : undefined;
    });
    expect(shown).toEqual(wanted.slice(0, shown.length));
    for (let click = 0; click < 2; click++) await panel.locator(".sort-button[data-column=share]").click();
  });

  test("moves its one selected step by the keys of the table and of the charts", async () => {
    await panel.getByRole("grid").press("Home");
    await panel.getByRole("heading", { name: "Step 0", exact: true }).waitFor();
    for (let key = 0; key < 3; key++) await panel.getByRole("grid").press("ArrowDown");
    await panel.getByRole("heading", { name: "Step 3", exact: true }).waitFor();
    const charts = panel.getByRole("slider", { name: "Step cursor of the charts" });
    expect(await charts.getAttribute("aria-valuenow")).toBe("3");
    await charts.press("ArrowRight");
    await panel.getByRole("heading", { name: "Step 4", exact: true }).waitFor();
    await panel.locator(".step-row[aria-selected=true][aria-rowindex='6']").waitFor();
  });

  test("explains a cell under the pointer by its full value and its formula", async () => {
    const { rows } = await shownByCommandLine(path, await selectedUpdate(panel));
    const cell = panel.locator(".step-row[aria-rowindex='4'] .step-cell");
    const headers = await panel
      .locator(".step-head .step-cell")
      .evaluateAll((cells) => cells.map((each) => each.querySelector("button")?.dataset.column));
    await cell.nth(headers.indexOf("weight")).hover();
    const tip = panel.locator(".cell-tip");
    await tip.waitFor();
    expect(await tip.locator(".tip-value").textContent()).toBe(formatExact(rows[2]!.weight!));
    expect(await tip.locator(".tip-formula").textContent()).toBe("c_t = −∂L/∂ln π_t");
    expect(await tip.locator(".tip-numbers").textContent()).toContain(`G = ${rows[2]!.G}`);
    const { page } = trained.workbench;
    await page.mouse.move(0, 0);
  });
});

describe("a loss typed into the panel", () => {
  test("shows exactly the numbers of pgi what-if", async () => {
    await typeLoss(trained, edited);
    const { after, before } = await expectWhatIf(edited);
    expect(after.loss).not.toBe(before.loss);
    const { rows } = await shownByCommandLine(path, await selectedUpdate(panel));
    expect(rows).toHaveLength(after.columns.weight!.length);
    await panel.getByRole("grid").press("Home");
    const edits = panel.getByRole("radio", { name: "edited" });
    expect(await edits.isChecked()).toBe(true);
  });

  test("follows single keys as they come", async () => {
    const { page } = trained.workbench;
    await panel.locator(".cm-line", { hasText: "beta =" }).click();
    await page.keyboard.press("End");
    await page.keyboard.type("5");
    await expectWhatIf(edited.replace("0.25", "0.255"));
  });

  test("moves by its slider, in the text and in the numbers", async () => {
    const slider = panel.getByRole("slider", { name: "beta" });
    await slider.focus();
    // One key: of several, the text could be read between two.
    await slider.press("ArrowRight");
    const text = await poll("another number", async () => {
      const now = await lossText(panel);
      return now.includes("beta = 0.255") ? undefined : now;
    });
    const beta = Number(/beta = ([\d.]+)/u.exec(text)![1]);
    expect(beta).toBeGreaterThan(0.255);
    await expectWhatIf(text);
  });

  test("that is wrong greys the last result, underlines the place and names what is allowed", async () => {
    const before = await gradientRows();
    await typeLoss(trained, edited.replace("log_pi", "log_pie"));
    await panel.locator(".problem[data-severity=error]").waitFor();
    await panel.locator(".cm-lintRange-error", { hasText: /^log_pie$/u }).waitFor();
    await panel.locator(".problem", { hasText: "log_pi" }).first().waitFor();
    for (const stale of [".verdict[data-stale]", ".gradient-table[data-stale]"])
      await panel.locator(stale).waitFor();
    expect(await gradientRows()).toEqual(before);
  });

  test("is trained with from the next update on once it is applied", async () => {
    await typeLoss(trained, edited);
    await expectWhatIf(edited);
    const last = await updatesShown(panel);
    await panel.locator("vscode-button:not([disabled])", { hasText: "Apply to Training" }).click();
    await panel.getByText(`applied from update ${last + 1}`).waitFor();
    await press(panel, "oneUpdate");
    await poll("one more update", async () => ((await updatesShown(panel)) === last + 1 ? true : undefined));
    const [previous, next] = [await whatIf(path, last, edited), await whatIf(path, last + 1, edited)];
    expect(previous.before.loss).not.toBe(previous.after.loss);
    expect(next.before.loss).toBe(next.after.loss);
    expect(next.total).toMatchObject({ ratio: 1 });
  });

  test("shows shape, statistics and adjoint of the name under the pointer", async () => {
    await panel.getByRole("switch").check();
    const update = await updatesShown(panel);
    await panel.getByRole("heading", { name: `Gradient of update ${update}`, exact: true }).waitFor();
    const { rows } = await shownByCommandLine(path, update);
    const place = await panel.evaluate(() => {
      const line = [...document.querySelectorAll(".cm-line")].find((each) =>
        each.textContent?.includes("loss ="),
      )!;
      const name = [...line.querySelectorAll("span")].find((span) => span.textContent === "log_pi")!;
      const { left, top, width, height } = name.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    });
    const frame = (await (await panel.frameElement()).boundingBox())!;
    await trained.workbench.page.mouse.move(frame.x + place.x, frame.y + place.y, { steps: 5 });
    const card = panel.locator(".node-card");
    await card.waitFor();
    const text = (await card.textContent())!;
    const values = rows.map(({ log_pi }) => log_pi!);
    expect(text).toContain(`[${rows.length}]`);
    expect(text).toContain(`min ${formatNumber(Math.min(...values))}`);
    expect(text).toContain(`max ${formatNumber(Math.max(...values))}`);
    expect(text).toContain(`t = 0:  ${formatNumber(values[0]!)}`);
    expect(text).toContain("∂loss/∂this");
    expect(text).toContain(`update ${update}`);
  });
});

test("nothing was said on the console, and no policy was violated", () => {
  expect(trained.workbench.complaints()).toEqual([]);
});

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { poll } from "../util/poll.ts";
import type { FakeControls } from "./fakeHost.ts";
import { type OpenPage, type PageBench, startPageBench } from "./pageBench.ts";

declare const axe: {
  run(): Promise<{ violations: { id: string; nodes: { html: string; any: { message: string }[] }[] }[] }>;
};

let bench: PageBench;
let axeSource: string;
let open: OpenPage[] = [];

beforeAll(async () => {
  bench = await startPageBench();
  axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
});
afterAll(() => bench?.close());

afterEach(async () => {
  const opened = open;
  open = [];
  for (const { page, errors } of opened) {
    const violations = await page.evaluate(() => window.fake.violations);
    await page.close();
    expect({ errors, violations }).toEqual({ errors: [], violations: [] });
  }
});

const withoutDiscount = `G = discounted_returns(r, gamma)
beta = 0.5
loss = -(G.detach() * log_pi).sum() - beta * entropy.sum()`;

async function show(query = "", size = { width: 1440, height: 900 }): Promise<Page> {
  const opened = await bench.open(query, size);
  open.push(opened);
  if (!query.includes("empty")) await opened.page.locator(".step-row[aria-selected=true]").waitFor();
  return opened.page;
}

function control(page: Page, act: (fake: FakeControls) => void): Promise<void> {
  return page.evaluate(`(${act.toString()})(window.fake)`);
}

async function edit(page: Page, text: string): Promise<void> {
  await page.evaluate((loss) => window.fake.send("setLoss", { text: loss }), text);
}

const rowNumbers = (page: Page) =>
  page
    .locator(".step-body .step-row:not([hidden]):not([data-loading])")
    .evaluateAll((rows) =>
      rows.map((row) => Number(row.getAttribute("aria-rowindex")) - 2).sort((a, b) => a - b),
    );

/** Text of a column in the order in which the rows stand. */
async function columnText(page: Page, key: string): Promise<string[]> {
  return page.evaluate((name) => {
    const headers = [...document.querySelectorAll(".step-head .step-cell")];
    const at = headers.findIndex((header) => header.querySelector(`[data-column="${name}"]`) !== null);
    return [...document.querySelectorAll<HTMLElement>(".step-body .step-row:not([hidden])")]
      .sort((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")))
      .map((row) => row.children[at]?.textContent ?? "");
  }, key);
}

const asNumber = (text: string) => Number(text.replaceAll("−", "-").replace(" %", ""));

describe("accessibility", () => {
  async function findings(page: Page): Promise<unknown[]> {
    await page.evaluate(axeSource);
    const { violations } = await page.evaluate(() => axe.run());
    return violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, any }) => [html, any[0]?.message]),
    }));
  }

  test.each(["dark", "light", "hc", "hc-light"])("axe finds nothing in the %s theme", async (theme) => {
    const page = await show(`?theme=${theme}`);
    await edit(page, withoutDiscount);
    await page.locator(".segments").waitFor();
    expect(await findings(page)).toEqual([]);
  });

  test("axe finds nothing where there is no run, an error, or no engine", async () => {
    expect(await findings(await show("?empty"))).toEqual([]);
    const page = await show("", { width: 600, height: 1200 });
    await control(page, (fake) => {
      fake.situation.engine = { state: "down", message: "It stopped." };
      fake.situation.changed();
    });
    await page.getByRole("button", { name: "Restart" }).waitFor();
    expect(await findings(page)).toEqual([]);
  });

  test("the keyboard reaches every control", async () => {
    const page = await show("?training");
    await control(page, (fake) => fake.train(false));
    await edit(page, withoutDiscount);
    await page.locator(".segments").waitFor();
    const missed = await page.evaluate(() => {
      const controls =
        "button:enabled, input:not([type=radio]:not(:checked)), select, [tabindex='0'], .cm-content, vscode-button, vscode-textfield";
      const all = [...document.querySelectorAll<HTMLElement>(controls)].filter(
        (element) => element.checkVisibility() && !element.hasAttribute("disabled"),
      );
      for (const [index, element] of all.entries()) element.dataset.control = String(index);
      return all.map((element) => `${element.dataset.control} ${element.outerHTML.slice(0, 100)}`);
    });
    const left = new Map(missed.map((text) => [text.split(" ")[0]!, text]));
    for (let press = 0; press < 120 && left.size > 0; press++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(
        () => document.activeElement?.closest<HTMLElement>("[data-control]")?.dataset.control,
      );
      if (at !== undefined) left.delete(at);
    }
    expect([...left.values()]).toEqual([]);
  });

  test("focus is always to be seen", async () => {
    const page = await show();
    const unseen = new Set<string>();
    for (let press = 0; press < 40; press++) {
      await page.keyboard.press("Tab");
      const name = await page.evaluate(focusName);
      if (name === null) continue;
      const ring = await poll(`a ring around ${name}`, () => page.evaluate(hasRing), 500).catch(
        () => undefined,
      );
      if (ring === undefined) unseen.add(name);
    }
    expect([...unseen]).toEqual([]);
  });
});

/** In the page: what has the focus, through shadow roots. */
function focusName(): string | null {
  const element = document.activeElement;
  return element === null || element === document.body ? null : `${element.tagName}.${element.className}`;
}

/** In the page: true where the focused element, or one around it, has an outline or a border of the focus colour. */
function hasRing(): true | undefined {
  const probe = document.createElement("div");
  probe.style.color = "var(--vscode-focusBorder)";
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  let element: Element | null = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  for (let level = 0; element !== null && level < 5; level++) {
    const candidates = [element, element.nextElementSibling];
    for (const one of candidates) {
      if (one === null) continue;
      const { outlineStyle, outlineColor, borderTopColor } = getComputedStyle(one);
      if (outlineStyle !== "none" && outlineColor === colour) return true;
      if (borderTopColor === colour) return true;
    }
    const root = element.getRootNode();
    element = element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return undefined;
}

describe("the step table", () => {
  test("sorts by a column, largest first, then smallest first, then not", async () => {
    const page = await show();
    const share = page.locator(".sort-button[data-column=share]");
    const shares = async () => (await columnText(page, "share")).map(asNumber);
    const sorted = async (sign: number) =>
      poll("sorted rows", async () => {
        const values = await shares();
        return values.every((value, i) => i === 0 || sign * (value - values[i - 1]!) >= 0)
          ? values
          : undefined;
      });
    await share.click();
    const descending = await sorted(-1);
    await share.click();
    const ascending = await sorted(1);
    expect(descending[0]).toBeGreaterThan(ascending[0]!);
    expect(await page.locator("[aria-sort=ascending]").count()).toBe(1);
    await share.click();
    await poll("the first step on top", async () =>
      (await columnText(page, "t"))[0] === "0" ? true : undefined,
    );
    expect(await page.locator("[aria-sort=none]").count()).toBeGreaterThan(5);
  });

  test("sorts by the gradient of one output", async () => {
    const page = await show();
    await page.locator(".sort-button[data-column='dlogit[1]']").click();
    await poll("the order", async () => {
      const words = await page.locator(".step-body .kind-bars").evaluateAll((cells) =>
        cells
          .filter((cell) => !(cell.parentElement as HTMLElement).hidden)
          .sort(
            (a, b) =>
              Number(a.parentElement!.getAttribute("aria-rowindex")) -
              Number(b.parentElement!.getAttribute("aria-rowindex")),
          )
          .map((cell) => cell.getAttribute("aria-label")!),
      );
      const rights = words.map((text) => asNumber(text.split("right ")[1]!));
      return rights.every((value, i) => i === 0 || value <= rights[i - 1]!) ? true : undefined;
    });
  });

  test("shows the right rows in the middle and at the end of a million", async () => {
    const page = await show("?rows=1000000");
    const grid = page.getByRole("grid");
    expect(await grid.getAttribute("aria-rowcount")).toBe("1000002");
    await grid.focus();
    await page.keyboard.press("End");
    await poll("the last row", async () => ((await rowNumbers(page)).at(-1) === 999_999 ? true : undefined));
    const track = (await page.locator(".step-scrollbar").boundingBox())!;
    await page.mouse.click(track.x + 5, track.y + track.height / 2);
    const middle = await poll("rows of the middle", async () => {
      const numbers = await rowNumbers(page);
      return numbers.length > 5 && numbers[0]! < 999_000 ? numbers : undefined;
    });
    expect(Math.abs(middle[0]! - 500_000)).toBeLessThan(10_000);
    expect(middle).toEqual(middle.map((_, i) => middle[0]! + i));
    const expected = await page.evaluate(
      (rows) => rows.map((row) => String(window.fake.situation.run!.column(620, "trainer", "", "t")[row])),
      middle,
    );
    expect((await columnText(page, "t")).slice(0, middle.length)).toEqual(expected);
  });

  test("moves the selection by the keyboard, and the charts and the detail with it", async () => {
    const page = await show();
    await page.getByRole("grid").focus();
    for (let press = 0; press < 7; press++) await page.keyboard.press("ArrowDown");
    await page.getByRole("heading", { name: "Step 7" }).waitFor();
    await page.keyboard.press("PageDown");
    const active = await page.getByRole("grid").getAttribute("aria-activedescendant");
    expect(active).toMatch(/^cell-\d+-0$/u);
    expect(await page.locator(`#${active}`).isVisible()).toBe(true);
    await page.keyboard.press("Home");
    await page.getByRole("heading", { name: "Step 0" }).waitFor();
  });

  test("explains a cell with its numbers", async () => {
    const page = await show();
    await page.getByRole("grid").focus();
    for (let press = 0; press < 7; press++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const tip = page.locator(".cell-tip");
    await tip.waitFor();
    expect(await tip.textContent()).toContain("c = γᵗ · G");
    await page.keyboard.press("Escape");
    await tip.waitFor({ state: "hidden" });
  });

  test("adds up to the loss", async () => {
    const page = await show();
    const foot = await page.locator(".step-foot").textContent();
    const value = await page.evaluate(() => {
      const { run } = window.fake.situation;
      return run!.update(620, run!.trainerLoss).value;
    });
    expect(foot).toContain(value.toFixed(3));
    expect(foot).toContain("= loss");
  });

  test("shows and hides columns", async () => {
    const page = await show();
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("checkbox", { name: "cart position" }).check();
    await page.locator(".sort-button[data-column='obs[0]']").waitFor();
    await page.getByRole("checkbox", { name: "reward" }).uncheck();
    await page.locator(".sort-button[data-column=reward]").waitFor({ state: "detached" });
  });
});

describe("the loss editor", () => {
  test("shows the edited gradient beside the trainer's as one types", async () => {
    const page = await show();
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("# mine\n");
    await page.getByText("edited, not applied").waitFor();
    await page.locator(".gradient-table .cosine-cell").first().waitFor();
    expect(await page.getByRole("radio", { name: "edited" }).isChecked()).toBe(true);
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    await poll("the undone edit", async () =>
      (await page.getByText("edited, not applied").count()) === 0 ? true : undefined,
    );
  });

  test("takes what is typed over coloured text, with its closing brackets", async () => {
    const page = await show();
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("G = discounted_returns(r, gamma)\nloss = -(G.detach() * log_pi).sum()");
    await page.getByText("REINFORCE without γᵗ").waitFor();
    expect(await page.locator(".cm-line").allTextContents()).toEqual([
      expect.stringMatching(/^G = discounted_returns\(r, gamma\)/u),
      expect.stringMatching(/^loss = -\(G\.detach\(\) \* log_pi\)\.sum\(\)/u),
    ]);
  });

  test("keeps the last good result greyed while the text is wrong, and says what would be allowed", async () => {
    const page = await show();
    await edit(page, withoutDiscount);
    await page.getByText("REINFORCE without γᵗ").waitFor();
    await edit(page, withoutDiscount.replace("log_pi", "log_pie"));
    await page.locator(".problem[data-severity=error]").waitFor();
    expect(await page.locator(".problem").textContent()).toContain("Known here:");
    expect(await page.locator(".cm-lintRange-error").textContent()).toBe("log_pie");
    expect(
      await page
        .locator(".verdict[data-stale], .step-table[data-stale], .gradient-table[data-stale]")
        .count(),
    ).toBe(3);
    expect(await page.locator("vscode-button", { hasText: "Apply" }).getAttribute("disabled")).not.toBeNull();
  });

  test("moves a number by its slider", async () => {
    const page = await show();
    const slider = page.getByRole("slider", { name: "beta" });
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await poll("the number in the text", async () =>
      ((await page.locator(".cm-content").textContent()) ?? "").includes("beta = 0.002") ? true : undefined,
    );
    await page.locator(".sort-button[data-column=term_entropy]").waitFor();
  });

  test("offers what mends a variant, and takes it", async () => {
    const page = await show();
    await edit(page, withoutDiscount);
    await page.getByRole("button", { name: "Add γᵗ" }).click();
    await page.locator(".verdict[data-kind=book]").waitFor();
    expect(await page.locator(".cm-content").textContent()).toContain("gamma**t");
  });

  test("hands the loss to the training and remembers the one before", async () => {
    const page = await show();
    await edit(page, withoutDiscount);
    await page.locator("vscode-button:not([disabled])", { hasText: "Apply to Training" }).click();
    await page.getByText("applied from update 621").waitFor();
    await control(page, (fake) => {
      fake.situation.run!.updates = 625;
      fake.situation.changed();
    });
    await page.getByRole("button", { name: "History" }).click();
    await page.locator(".menu-item", { hasText: "from update 1" }).last().click();
    await poll("the first loss", async () =>
      ((await page.locator(".cm-content").textContent()) ?? "").includes("gamma**t") ? true : undefined,
    );
  });

  test("shows values and adjoint of the name under the pointer", async () => {
    const page = await show();
    await page.locator(".loss-head", { hasText: /^log_pi$/u }).hover();
    const card = page.locator(".node-card");
    await card.waitFor();
    const text = await card.textContent();
    for (const part of ["log_pi", "[274]", "min", "std", "NaN", "t = 0", "∂loss", "update 620"])
      expect(text).toContain(part);
  });

  test("shows the same by the keyboard", async () => {
    const page = await show();
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" + log_pi");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.keyboard.press("Control+i");
    await page.locator(".node-card").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".node-card").waitFor({ state: "detached" });
  });
});

describe("the proof of a loss", () => {
  test("appears under the verdict, and goes with the text that it was of", async () => {
    const page = await show();
    await page.getByRole("button", { name: "Prove" }).click();
    const card = page.getByRole("region", { name: "Proof" });
    await card.waitFor();
    expect(await card.textContent()).toContain("the worst relative error is 2.3e-10");
    expect(await card.locator("tbody tr").count()).toBe(2);
    await card.getByLabel("Is it the rule").fill("reinforce");
    await page.keyboard.press("Enter");
    await card.getByText("REINFORCE (13.3)").waitFor();
    expect(await card.getByLabel("Is it the rule").inputValue()).toBe("reinforce");
    await edit(page, withoutDiscount);
    await card.waitFor({ state: "detached" });
  });

  test("shows a counter-example where it fails, folds what is looked up once, and is closed again", async () => {
    const page = await show();
    await edit(page, `# a wrong one\n${withoutDiscount}`);
    await page.locator(".segments").waitFor();
    await page.getByRole("button", { name: "Prove" }).click();
    const card = page.locator(".proof[data-status=failed]");
    await card.waitFor();
    expect(await card.textContent()).toContain("∂L/∂log_pi by differences: -1");
    expect(await card.getByText("Adam and any other optimiser").isVisible()).toBe(false);
    await card.locator("summary").click();
    expect(await card.getByText("Adam and any other optimiser").isVisible()).toBe(true);
    await page.evaluate(axeSource);
    const violations = await page.evaluate(async () =>
      (await axe.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html}`)),
    );
    expect(violations).toEqual([]);
    await card.getByRole("button", { name: "Close the proof" }).click();
    await card.waitFor({ state: "detached" });
  });
});

describe("the curve and the charts", () => {
  test("open the update of a clicked point, and stop following", async () => {
    const page = await show();
    const box = (await page.locator(".curve canvas").boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const heading = page.getByRole("heading", { name: /Gradient of update/u });
    const update = await poll("another update", async () => {
      const number = Number(/\d+/u.exec((await heading.textContent()) ?? "")![0]);
      return number === 620 ? undefined : number;
    });
    expect(Math.abs(update - 300)).toBeLessThan(30);
    expect(await page.getByRole("switch").isChecked()).toBe(false);
    await page.locator(".curve").focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("heading", { name: `Gradient of update ${update + 1}` }).waitFor();
  });

  test("share one cursor, moved by pointer and keys", async () => {
    const page = await show();
    await page.locator(".step-charts").focus();
    await page.keyboard.press("PageUp");
    await page.getByRole("heading", { name: "Step 27", exact: true }).waitFor();
    const chart = (await page.locator("figure[data-column=G] canvas").boundingBox())!;
    await page.mouse.move(chart.x + chart.width / 2, chart.y + 30);
    const places = await poll("cursors at the pointer", async () => {
      const found = await page
        .locator(".step-charts .chart-cursor")
        .evaluateAll((cursors) =>
          cursors.map((cursor) =>
            Math.round(
              cursor.getBoundingClientRect().left - cursor.parentElement!.getBoundingClientRect().left,
            ),
          ),
        );
      return Math.abs(found[0]! - chart.width / 2) < 4 ? found : undefined;
    });
    expect(new Set(places).size).toBeLessThanOrEqual(2);
    expect(await page.getByRole("heading", { name: "Step 27", exact: true }).isVisible()).toBe(true);
  });

  test("are drawn anew in the colours of another theme", async () => {
    const page = await show("?theme=dark");
    const picture = () =>
      page
        .locator("figure[data-column=G] canvas")
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const dark = await picture();
    await control(page, (fake) => fake.setTheme("hc-light"));
    await poll("another picture", async () => ((await picture()) === dark ? undefined : true));
  });
});

describe("the backend", () => {
  test("opens to its reason, the time of every part of an update, and how close it is to kernels", async () => {
    const page = await show();
    const name = page.locator("pgi-backend button.backend-name");
    expect(await name.innerText()).toContain("kernels");
    await name.focus();
    await page.keyboard.press("Enter");
    const card = page.getByRole("dialog", { name: "Backend" });
    await card.waitFor();
    expect(await card.innerText()).toContain("small network");
    const parts = await card.locator(".backend-table").first().locator("th").allInnerTexts();
    expect(parts).toEqual(["act", "forward", "loss", "backward", "optimiser", "record"]);
    await card.getByRole("button", { name: /^Compare backends on update \d+$/ }).click();
    await card.getByRole("rowheader", { name: "tensorflow" }).waitFor();
    expect(await card.getByRole("status").innerText()).toContain("3.1e−7");
    expect(await card.locator(".notice").innerText()).toContain("no graphics driver");
    await page.evaluate(axeSource);
    const violations = await page.evaluate(async () =>
      (await axe.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html}`)),
    );
    expect(violations).toEqual([]);
    await page.keyboard.press("Escape");
    await card.waitFor({ state: "hidden" });
  });
});

describe("a page in trouble", () => {
  test("says so when the engine is down, keeps its numbers and can restart it", async () => {
    const page = await show();
    const before = await page.locator(".step-foot").textContent();
    await control(page, (fake) => {
      fake.situation.engine = { state: "down", message: "It stopped five times." };
      fake.situation.changed();
    });
    await page.getByText("It stopped five times.").waitFor();
    expect(await page.locator(".step-foot").textContent()).toBe(before);
    expect(await page.locator("[data-command=reset]").isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Restart" }).click();
    await page.getByText("It stopped five times.").waitFor({ state: "detached" });
    expect(await page.evaluate(() => window.fake.situation.commands)).toEqual(["restartEngine"]);
  });

  test("says in words when numbers arrive damaged", async () => {
    const page = await show("?damaged");
    await page.getByText("Numbers arrive damaged.").waitFor();
  });

  test("offers to train where there is no run", async () => {
    const page = await show("?empty");
    await page.getByRole("button", { name: "Train REINFORCE" }).click();
    expect(await page.evaluate(() => window.fake.situation.commands)).toEqual(["train"]);
  });
});

describe("the layout", () => {
  test.each([600, 1000, 1440, 1800])("at %i pixels clips no text and runs out at no side", async (width) => {
    const page = await show("", { width, height: 1000 });
    await edit(page, withoutDiscount);
    await page.locator(".segments").waitFor();
    const clipped = await page.evaluate(() => {
      const page = document.documentElement;
      const texts = [
        ...document.querySelectorAll(
          "h1, h2, button, .tag, .pill, .section-note, .problem, .verdict p, figcaption, .output-table :is(th, td)",
        ),
      ];
      const cut = texts.filter(
        (element) =>
          element.checkVisibility() &&
          element.scrollWidth > element.clientWidth + 1 &&
          getComputedStyle(element).display !== "inline",
      );
      return {
        overflow: page.scrollWidth - page.clientWidth,
        cut: cut.map((element) => element.outerHTML.slice(0, 120)),
      };
    });
    expect(clipped).toEqual({ overflow: 0, cut: [] });
  });
});

describe("the page's cost", () => {
  test("its script is at most 930 kB", () => {
    expect(bench.bundleBytes).toBeLessThanOrEqual(930_000);
  });
});

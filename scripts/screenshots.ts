import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Theme, Workbench } from "../test/panel/harness.ts";
import { openWorkbench } from "../test/panel/harness.ts";
import {
  caughtUp,
  extensionIsThere,
  filledPanel,
  openUpdate,
  press,
  type Trained,
  trainByKey,
  trainingKey,
  typeLoss,
  updatesShown,
} from "../test/panel/trained.ts";
import { poll } from "../test/util/poll.ts";
import { cache, root } from "./lib/paths.mjs";

/** A picture of the workbench: its size, its colours, and what is done before it is taken. */
interface Shot {
  readonly name: string;
  readonly theme: Theme;
  readonly size: { readonly width: number; readonly height: number };
  /** Kept with the project, for its pages; the others are only for looking at. */
  readonly kept?: true;
  readonly prepare?: (trained: Trained) => Promise<void>;
}

const keptFolder = join(root, "media", "screenshots");
const scratchFolder = join(cache, "screenshots");
const largestBytes = 400_000;

/** The bar of activities stands beside the panel. */
const besidePanel = 56;
const narrow = { width: 600 + besidePanel, height: 1900 };
const wide = { width: 1800 + besidePanel, height: 1150 };
const readme = { width: 1440, height: 1000 };

const withoutDiscount = `# Is this still REINFORCE?
G    = discounted_returns(r, gamma)
beta = 0.01
loss = -(G.detach() * log_pi).sum() - beta * entropy.sum()`;

const editLoss = (trained: Trained) => typed(trained, withoutDiscount, ".gradient-table .cosine-cell");
const misspell = (trained: Trained) =>
  typed(trained, withoutDiscount.replace("log_pi", "log_prob_of_action"), ".problem[data-severity=error]");

const pictures: readonly Shot[] = [
  { name: "training", theme: "vscode-dark", size: readme, kept: true },
  { name: "edited-dark", theme: "vscode-dark", size: readme, kept: true, prepare: editLoss },
  { name: "edited-light", theme: "vscode-light", size: readme, kept: true },
  { name: "wide-light", theme: "vscode-light", size: wide },
  { name: "wide-dark", theme: "vscode-dark", size: wide },
  { name: "wide-high-contrast", theme: "vscode-high-contrast", size: wide, kept: true },
  { name: "narrow-high-contrast", theme: "vscode-high-contrast", size: narrow },
  { name: "narrow-light", theme: "vscode-light", size: narrow },
  { name: "narrow-dark", theme: "vscode-dark", size: narrow },
  { name: "error-dark", theme: "vscode-dark", size: readme, prepare: misspell },
];

/** Replaces the loss and waits for what comes of it. */
async function typed(trained: Trained, text: string, outcome: string): Promise<void> {
  if ((await trained.panel.locator(".pill[data-state=training]").count()) > 0) {
    await press(trained.panel, "pause");
    await openUpdate(trained.panel, (await caughtUp(trained.panel)) - 1);
  }
  await typeLoss(trained, text);
  await trained.panel.locator(outcome).first().waitFor();
  await trained.panel.locator(".run-name").click();
}

async function take(workbench: Workbench, { name, theme, size, kept }: Shot): Promise<void> {
  await workbench.page.setViewportSize(size);
  await workbench.useTheme(theme);
  await workbench.page.waitForTimeout(1_000);
  const path = join(kept ? keptFolder : scratchFolder, `${name}.png`);
  await workbench.page.screenshot({ path });
  const bytes = statSync(path).size;
  console.log(`${path}: ${Math.round(bytes / 1000)} kB${bytes > largestBytes ? ", too large" : ""}`);
}

/** Takes all pictures of one run that trains in a real workbench, or those that are named. */
async function main(wanted: readonly string[]): Promise<void> {
  for (const folder of [keptFolder, scratchFolder]) mkdirSync(folder, { recursive: true });
  const workbench = await openWorkbench({
    viewport: readme,
    keybindings: [trainingKey({ environment: "CartPole-v1", seed: 1 })],
  });
  try {
    await extensionIsThere(workbench);
    await workbench.page.keyboard.press("Control+b");
    await workbench.runCommand("Policy Gradient: Open Panel");
    const empty = await workbench.webview("pgi-empty-state");
    await empty.getByRole("button", { name: "Train REINFORCE" }).waitFor();
    if (isWanted("empty")) await take(workbench, { name: "empty", theme: "vscode-dark", size: readme });
    await trainByKey(workbench);
    const trained = { workbench, panel: await filledPanel(workbench) };
    await poll("250 updates", async () => ((await updatesShown(trained.panel)) > 250 ? true : undefined));
    for (const shot of pictures) {
      await shot.prepare?.(trained);
      if (isWanted(shot.name)) await take(workbench, shot);
    }
  } finally {
    await workbench.close();
  }

  function isWanted(name: string): boolean {
    return wanted.length === 0 || wanted.includes(name);
  }
}

await main(process.argv.slice(2));

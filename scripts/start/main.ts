import { existsSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { finish, SetUpError } from "../lib/stage.mjs";
import { ensureVSCode } from "../vscode/install.ts";
import { type Choices, readChoices } from "./choices.ts";
import { type Editor, findDesktop, openBrowser, openDesktop } from "./editor.ts";
import type { Group } from "./group.ts";
import { runFile, startTraining, workspace } from "./training.ts";

async function main(args: readonly string[]): Promise<number> {
  const choices = readChoices(args);
  const code = choices.browser ? undefined : findDesktop();
  const hasEditor = !choices.terminal && (code !== undefined || (await canHaveBrowser()));
  const run = runFile(choices.training);
  const training = startTraining(choices.training, run);
  if (!hasEditor) return untilInterrupted([training], training.ended);
  if (!(await appears(run, training))) return training.ended;
  const editor = await openEditor(choices, code, run).catch(async (error: unknown) => {
    await training.stop();
    throw error;
  });
  console.log(`\n${editor.message}\nCtrl-C ends the training and VS Code.\n`);
  return untilInterrupted([training, editor], Promise.all([training.ended, editor.ended]));
}

/** Fetches VS Code for the browser where it is missing; where that cannot be done says why, and training goes on without. */
async function canHaveBrowser(): Promise<boolean> {
  try {
    await ensureVSCode();
    return true;
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(`${error.message}\nVS Code cannot be had; training goes on in the terminal.`);
    return false;
  }
}

async function openEditor(choices: Choices, code: string | undefined, run: string): Promise<Editor> {
  return code ? openDesktop(code, workspace, run) : openBrowser(workspace, run, choices.port);
}

/** Waits until the run is there to be opened; false where its training has ended without one. */
async function appears(run: string, training: Group): Promise<boolean> {
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
  };
  training.ended.then(end, end);
  while (!existsSync(run) && !hasEnded) await after(20);
  return existsSync(run);
}

/** Waits for the end, or for a signal, which stops all that was started. An interrupted start is no failure. */
async function untilInterrupted(
  started: readonly { stop(): Promise<void> }[],
  end: Promise<number | readonly unknown[]>,
): Promise<number> {
  const interrupted = new Promise<"interrupted">((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => resolve("interrupted"));
    }
  });
  const result = await Promise.race([end, interrupted]);
  await Promise.all(started.map((one) => one.stop()));
  return typeof result === "number" ? result : 0;
}

await finish(main(process.argv.slice(2)));

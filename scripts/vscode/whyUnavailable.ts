import { SetUpError } from "../lib/stage.mjs";
import { ensureBrowser } from "./browser.ts";
import { ensureVSCode } from "./install.ts";

/** The line that says why VS Code or the browser cannot be had here; undefined where both are there. */
export async function whyUnavailable(): Promise<string | undefined> {
  try {
    await ensureVSCode();
    await ensureBrowser();
    return undefined;
  } catch (error) {
    if (error instanceof SetUpError) return error.message;
    throw error;
  }
}

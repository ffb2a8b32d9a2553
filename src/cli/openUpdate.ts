import type { Inspector } from "../engine/inspection/inspector.ts";
import { OpenRun } from "../engine/openRun.ts";
import { UserError } from "../engine/userError.ts";

/** An update of a run file, opened: the one asked for, or the last. The caller closes the run. */
export async function openUpdate(
  path: string,
  update: number | undefined,
): Promise<{ run: OpenRun; inspector: Inspector; how: string; instead?: string }> {
  const run = new OpenRun("run", path);
  try {
    const number = update ?? run.reader.updateCount;
    if (number === 0) throw new UserError("no_updates", `${path} has no updates yet.`, "Train it further.");
    return { run, ...(await run.inspect(number)) };
  } catch (error) {
    await run.close();
    throw error;
  }
}

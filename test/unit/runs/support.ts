import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { RunError, type RunErrorCode } from "../../../src/runs/runError.ts";

/** A new folder, removed after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "runs-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The code of the RunError that an action throws; any other end is an error of the test. */
export function codeOf(action: () => unknown): RunErrorCode {
  try {
    action();
  } catch (error) {
    if (error instanceof RunError) return error.code;
    throw error;
  }
  throw new Error("nothing was thrown");
}

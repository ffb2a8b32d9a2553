import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { isRunning } from "../../util/isRunning.ts";
import { poll } from "../../util/poll.ts";

const folder = mkdtempSync(path.join(tmpdir(), "pgi-orphan-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const parent = path.resolve(import.meta.dirname, "../../host/doubles/orphanParent.ts");

test("an engine in the middle of training ends within a second when its host is killed", async () => {
  const host = spawn(process.execPath, [parent, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const engine = await new Promise<number>((resolve, reject) => {
    host.stdout.once("data", (line: Buffer) => resolve(Number(line.toString())));
    host.once("exit", (code) => reject(new Error(`the host ended with ${code}`)));
  });
  expect(isRunning(engine)).toBe(true);
  host.removeAllListeners("exit");
  const killed = performance.now();
  host.kill("SIGKILL");
  await poll("the engine to end", () => (isRunning(engine) ? undefined : true), 5000);
  expect(performance.now() - killed).toBeLessThan(1000);
});

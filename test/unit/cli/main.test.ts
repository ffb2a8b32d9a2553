import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { jsonLines, pgi } from "../../util/cli.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

function start(folder: string, ...words: string[]): ChildProcess {
  return spawn(process.execPath, [main, ...words], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
}

async function finish(child: ChildProcess): Promise<{ exit: number; out: string; error: string }> {
  const ended = once(child, "exit");
  const [out, error] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  const [exit] = (await ended) as [number];
  return { exit, out, error };
}

describe("pgi as a process", () => {
  test("puts a run without --out into .policy-gradient/runs of the folder, kept out of version control", async () => {
    const folder = temporaryFolder();
    const { exit, out, error } = await finish(start(folder, "train", "--updates", "2", "--json"));
    expect([exit, error]).toEqual([0, ""]);
    expect(jsonLines(out)).toHaveLength(3);
    const runs = join(folder, ".policy-gradient", "runs");
    expect(readdirSync(runs).sort()).toEqual([".gitignore", "CartPole-v1-reinforce-seed1.pgrun"]);
  });

  test("exits 2 with one line on standard error for wrong use", async () => {
    const { exit, out, error } = await finish(start(temporaryFolder(), "train", "--seed", "one"));
    expect([exit, out, error]).toEqual([2, "", 'pgi: --seed takes a number, not "one".\n']);
  });

  test.skipIf(process.platform === "win32").for(["SIGINT", "SIGTERM"] as const)(
    "ends training on %s with the run so far whole in one file, and exits 0",
    async (signal) => {
      const folder = temporaryFolder();
      const child = start(folder, "train", "--out", "a.pgrun", "--json", "--hidden", "64");
      const finished = finish(child);
      await once(child.stdout!, "data");
      child.kill(signal);
      const { exit, out, error } = await finished;
      const lines = jsonLines(out);
      expect([exit, error]).toEqual([0, ""]);
      expect(lines.at(-1)).toMatchObject({ done: true, solved: false });
      expect(readdirSync(folder)).toEqual(["a.pgrun"]);
      const shown = jsonLines((await pgi("show", join(folder, "a.pgrun"), "--json")).out).at(-1);
      expect(shown).toMatchObject({ update: lines.at(-2)!.update, loss: lines.at(-2)!.loss });
    },
  );

  test("is content with a reader that stops early", async () => {
    const child = start(temporaryFolder(), "train", "--environment", "ShortCorridor", "--json");
    const ended = once(child, "exit");
    await once(child.stdout!, "data");
    child.stdout!.destroy();
    expect(await text(child.stderr!)).toBe("");
    expect(await ended).toEqual([0, null]);
  });
});

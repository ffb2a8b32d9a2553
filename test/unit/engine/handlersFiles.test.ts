import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { engineClient, pausedIn, trainedIn } from "../../util/engineClient.ts";
import { poll } from "../../util/poll.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

describe("run files", () => {
  test("are listed with what is kept and pinned, renamed and deleted", async () => {
    const client = engineClient();
    const { run, out } = await trainedIn(client, 7);
    await client.call("pin", { run, update: 2, label: "two" });
    await client.call("close", { run });
    const folder = join(out, "..");
    const [listing] = await client.call("listRuns", { folder });
    expect(listing).toMatchObject({
      path: out,
      updates: 7,
      beingWritten: false,
      pinned: [{ update: 2, label: "two" }],
    });
    expect(listing!.kept).toContain(7);
    expect(listing!.bytes).toBeGreaterThan(0);
    const { path } = await client.call("renameRun", { path: out, name: "better" });
    expect([path, existsSync(out)]).toEqual([join(folder, "better.pgrun"), false]);
    await client.call("deleteRun", { path });
    expect(await client.call("listRuns", { folder })).toEqual([]);
  });

  test("are exported by update, and an existing file is refused", async () => {
    const client = engineClient();
    const { run } = await trainedIn(client, 3);
    const { steps } = await client.call("select", { run, update: 3 });
    for (const to of ["csv", "pgtrace"] as const) {
      const path = join(temporaryFolder(), `a.${to}`);
      expect(await client.call("exportUpdate", { run, update: 3, to, path })).toEqual({ path, rows: steps });
      const lines = readFileSync(path, "utf8").trim().split("\n");
      expect(lines).toHaveLength(to === "csv" ? steps + 1 : steps + 2);
      await expect(client.call("exportUpdate", { run, update: 3, to, path })).rejects.toMatchObject({
        code: "exists",
      });
    }
  });

  test("leave nothing beside them once the run is closed, and are open once however they are spelt", async () => {
    const client = engineClient();
    const { run, out } = await pausedIn(client);
    await client.call("oneUpdate", { run });
    const again = await client.call("open", { path: `${join(out, "..")}/./a.pgrun` });
    expect(again.run).toBe(run);
    await client.call("close", { run });
    expect(readdirSync(join(out, ".."))).toEqual(["a.pgrun"]);
  });

  test("that were deleted meanwhile are closed without complaint", async () => {
    const client = engineClient();
    const { run, out } = await trainedIn(client, 2);
    await client.call("deleteRun", { path: out });
    await expect(client.call("view", { run })).rejects.toMatchObject({ code: "missing" });
    expect(await client.call("close", { run })).toBeNull();
  });

  test("are taken up again where they stopped", async () => {
    const client = engineClient();
    const { run, out } = await trainedIn(client, 5);
    await client.call("close", { run });
    const again = await client.call("resumeFile", { path: out });
    expect(again).toMatchObject({ own: true, path: out });
    expect(await client.call("pause", { run: again.run })).toMatchObject({ state: "paused" });
  });

  test("that another process trains are followed, read and not controlled", async () => {
    const client = engineClient();
    const path = join(temporaryFolder(), "a.pgrun");
    const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
    const words = ["train", "--hidden", "64", "--out", path, "--json", "--steps", "100000000"];
    const child = spawn(process.execPath, [main, ...words], { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.resume();
    const ended = once(child, "exit");
    try {
      await once(child.stdout, "data");
      const { run, own, progress } = await client.call("open", { path });
      expect([own, progress.state]).toEqual([false, "reading"]);
      const seen = () => client.changes.filter((change) => change.run === run);
      const [first, second] = await poll("two changes", () => (seen().length >= 2 ? seen() : undefined));
      expect(second!.updates).toBeGreaterThan(first!.updates);
      const view = await client.call("select", { run, update: first!.updates });
      expect(view.recomputed).not.toBe("live");
      for (const method of ["pause", "resume", "oneUpdate", "stop"] as const)
        await expect(client.call(method, { run })).rejects.toMatchObject({ code: "not_own" });
      await expect(client.call("resumeFile", { path })).rejects.toMatchObject({ code: "writing" });
      child.kill("SIGTERM");
      await ended;
      await poll("the end", async () =>
        (await client.call("view", { run })).progress.state === "finished" ? true : undefined,
      );
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
  });
});

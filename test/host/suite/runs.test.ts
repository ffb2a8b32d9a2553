import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { poll } from "../../util/poll.ts";
import { activated, messagesDuring, run, runThat, train } from "./support.ts";

async function labels(): Promise<string[]> {
  const { runs } = await activated();
  const nodes = await runs.getChildren();
  return nodes.map((node) => String((runs.getTreeItem(node).label as string) ?? ""));
}

describe("the Runs view", () => {
  let file = "";

  before(async () => {
    await vscode.commands.executeCommand("policyGradient.runs.focus");
    file = await train({ updates: 8, seed: 21 });
    await runThat("the end", file, ({ progress }) => progress.state !== "training");
  });
  after(() => run("stop"));

  it("lists the run by its name, with updates and size", async () => {
    const { runs } = await activated();
    await run("stop");
    const node = (await runs.getChildren()).find(({ path: one }) => one === file)!;
    const item = runs.getTreeItem(node);
    equal(item.label, path.basename(file, ".pgrun"));
    match(String(item.description), /8 updates · [\d.]+ [kM]?B/);
  });

  it("shows a pinned update below its run", async () => {
    const { runs } = await activated();
    deepEqual(await run("pinUpdate", { path: file, update: 4 }), { ok: true, update: 4 });
    await poll("the pinned update", async () => {
      const node = (await runs.getChildren()).find(({ path: one }) => one === file)!;
      const children = await runs.getChildren(node);
      return (
        children.some((child) => child.kind === "update" && child.update === 4 && child.pinned) || undefined
      );
    });
  });

  it("opens a run at an update", async () => {
    const { panels } = await activated();
    deepEqual(await run("runs.open", { path: file, update: 4 }), { ok: true, path: file });
    await poll("its page", () => panels.find(file));
  });

  it("refuses to delete a run that is being written, and leaves its file alone", async () => {
    const writing = await train({ seed: 22 });
    await runThat("training", writing, ({ progress }) => progress.update > 0);
    await run("runs.refresh");
    await messagesDuring("showErrorMessage", async () => {
      const answer = await run("runs.delete", { path: writing, confirmed: true });
      match(answer.ok ? "" : answer.reason, /being written/);
    });
    ok(existsSync(writing));
    await run("stop");
  });

  it("writes a whole run as one trace and as one table", async () => {
    for (const [command, ending, lines] of [
      ["exportRunTrace", "pgtrace", /^\{"pgtrace":1,[\s\S]*"update":4,/],
      ["exportRunCsv", "csv", /^update,step,[\s\S]*\n4,/],
    ] as const) {
      const to = path.join(path.dirname(file), `whole.${ending}`);
      deepEqual(await run(command, { path: file, to }), { ok: true, path: to });
      match(readFileSync(to, "utf8"), lines);
    }
  });

  it("renames a run and its file", async () => {
    await run("runs.refresh");
    const answer = await run("runs.rename", { path: file, name: "first-success" });
    ok(answer.ok, JSON.stringify(answer));
    equal(path.basename(answer.path!), "first-success.pgrun");
    deepEqual([existsSync(file), existsSync(answer.path!)], [false, true]);
    ok((await labels()).includes("first-success"));
    file = answer.path!;
  });

  it("refuses a name that would lead out of the folder", async () => {
    await messagesDuring("showErrorMessage", async () => {
      equal((await run("runs.rename", { path: file, name: "../outside" })).ok, false);
    });
    ok(existsSync(file));
  });

  it("deletes a run only when that was confirmed", async () => {
    await messagesDuring("showWarningMessage", async () => {
      equal((await run("runs.delete", { path: file })).ok, false);
    });
    ok(existsSync(file));
    equal((await run("runs.delete", { path: file, confirmed: true })).ok, true);
    equal(existsSync(file), false);
    ok(!(await labels()).includes("first-success"));
  });
});

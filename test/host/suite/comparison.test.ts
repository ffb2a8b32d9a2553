import { deepEqual, equal, match, ok } from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { poll } from "../../util/poll.ts";
import { activated, messagesDuring, run, runThat, train, workspaceFolder } from "./support.ts";

describe("Compare Runs", () => {
  let runs: string[] = [];

  before(async () => {
    runs = [];
    for (const seed of [31, 32]) {
      const file = await train({ updates: 6, seed });
      await runThat("the end", file, ({ progress }) => progress.state !== "training");
      await run("stop");
      runs.push(file);
    }
  });
  after(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  it("opens a page that reads the runs, and the same page when it is asked again", async () => {
    const { comparisons } = await activated();
    deepEqual(await run("compareRuns", { paths: runs }), { ok: true });
    const page = comparisons.all.at(-1)!;
    const view = await poll("the page's reading", () => page.state.view ?? undefined);
    equal(view.groups.length, 1);
    deepEqual(
      view.groups[0]!.runs.map(({ seed, updates }) => [seed, updates]),
      [
        [31, 6],
        [32, 6],
      ],
    );
    await run("compareRuns", { paths: runs });
    equal(comparisons.all.filter(({ paths }) => paths.length === runs.length).length, 1);
  });

  it("takes what is selected in a tree", async () => {
    const { comparisons } = await activated();
    const [first, second] = runs.map((file) => vscode.Uri.file(file));
    await vscode.commands.executeCommand("policyGradient.compareRuns", first, [first, second, first]);
    ok(comparisons.all.some(({ paths }) => paths.length === 2 && paths[0] === runs[0]));
    await vscode.commands.executeCommand(
      "policyGradient.compareRuns",
      { kind: "run", path: runs[0] },
      undefined,
    );
    ok(comparisons.all.some(({ paths }) => paths.length === 1 && paths[0] === runs[0]));
  });

  it("says that a folder has no run", async () => {
    const { comparisons } = await activated();
    const folder = vscode.Uri.joinPath(workspaceFolder(), "nothing-here");
    await vscode.workspace.fs.createDirectory(folder);
    await run("compareRuns", { paths: [folder.fsPath] });
    const page = comparisons.all.find(({ paths }) => paths[0] === folder.fsPath)!;
    deepEqual((await poll("its reading", () => page.state.view ?? undefined)).groups, []);
  });
});

describe("Train Comparison", () => {
  after(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  it("trains every algorithm with every seed and shows them while they train", async () => {
    const { comparisons } = await activated();
    const asked = { environment: "CartPole-v1", algorithms: ["reinforce", "a2c"], seeds: "1-2", steps: 2000 };
    const answer = await run("trainComparison", asked);
    ok(answer.ok, JSON.stringify(answer));
    match(path.basename(answer.path!), /^CartPole-v1-reinforce-a2c-[0-9a-f]{8}$/);
    const page = comparisons.all.find(({ paths }) => paths[0] === answer.path)!;
    const view = await poll(
      "four runs at their end",
      () => {
        const { view: now } = page.state;
        const all = now?.groups.flatMap((group) => group.runs) ?? [];
        const isOver = all.length === 4 && all.every(({ state }) => state === "closed");
        return isOver && now?.isLive === false ? now : undefined;
      },
      60_000,
    );
    deepEqual(view.groups.map(({ algorithm, runs }) => [algorithm, runs.length]).sort(), [
      ["a2c", 2],
      ["reinforce", 2],
    ]);
  });

  it("refuses what cannot be trained, with the reason", async () => {
    await messagesDuring("showErrorMessage", async () => {
      const answer = await run("trainComparison", {
        environment: "CartPole-v1",
        algorithms: ["reinforce"],
        seeds: "1-500",
        steps: null,
      });
      match(answer.ok ? "" : answer.reason, /500 runs/);
      const wrong = await run("trainComparison", { environment: "CartPole-v1" });
      equal(wrong.ok, false);
    });
  });

  it("says why the sweep could not begin", async () => {
    let said = "";
    await messagesDuring(
      "showErrorMessage",
      async () => {
        const asked = { environment: "CartPole-v1", algorithms: ["no-such-thing"], seeds: "1", steps: 100 };
        ok((await run("trainComparison", asked)).ok);
        await poll("the reason", () => said || undefined);
      },
      ({ message }) => {
        said = message;
      },
    );
    match(said, /no-such-thing/);
  });
});

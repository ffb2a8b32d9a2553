import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "mocha";
import { poll } from "../../util/poll.ts";
import { activated, messagesDuring, run, runThat, train, workspaceFolder } from "./support.ts";

describe("Train REINFORCE", () => {
  after(() => run("stop"));

  it("trains with the arguments given, without a question, into a file of the workspace", async () => {
    const file = await train({ seed: 11, hidden: [12], learningRate: 0.004, gamma: 0.97 });
    const view = await runThat("ten updates", file, ({ progress }) => progress.update >= 10);
    deepEqual(
      [view.settings.environment, view.settings.seed, view.settings.hidden, view.settings.learningRate],
      ["CartPole-v1", 11, [12], 0.004],
    );
    equal(view.settings.gamma, 0.97);
    equal(path.dirname(file), path.join(workspaceFolder().fsPath, ".policy-gradient", "runs"));
    ok(statSync(file).size > 0);
  });

  it("keeps its folder out of version control", () => {
    const ignore = path.join(workspaceFolder().fsPath, ".policy-gradient", "runs", ".gitignore");
    equal(readFileSync(ignore, "utf8"), "*\n");
  });

  it("shows episode and average in the status bar", async () => {
    const { statusBar } = await activated();
    const text = await poll("training in the status bar", () => /ep \d+ · avg/.exec(statusBar.text)?.[0]);
    match(text, /ep \d+ · avg/);
  });

  it("pauses, makes exactly one update when asked, resumes and stops", async () => {
    const file = await train();
    await runThat("the first updates", file, ({ progress }) => progress.update >= 3);
    deepEqual(await run("pause"), { ok: true });
    const paused = await runThat("the pause", file, ({ progress }) => progress.state === "paused");
    deepEqual(await run("oneUpdate"), { ok: true, update: paused.progress.update + 1 });
    const stepped = await runThat("one update more", file, ({ progress }) => progress.state === "paused");
    equal(stepped.progress.update, paused.progress.update + 1);
    equal((await run("resume")).ok, true);
    await runThat("more updates", file, ({ progress }) => progress.update >= stepped.progress.update + 3);
    deepEqual(await run("stop"), { ok: true });
    await runThat("the stop", file, ({ progress }) => progress.state === "stopped");
  });

  it("begins both of two runs that are asked for at once, and trains the second", async () => {
    const [first, second] = await Promise.all([train({ seed: 5 }), train({ seed: 5 })]);
    notEqual(first, second);
    await runThat("updates of the second", second, ({ progress }) => progress.update >= 2);
    const { store } = await activated();
    notEqual(store.model.runs[first]?.progress.state, "training");
  });

  it("begins anew in another file when it is reset", async () => {
    const file = await train({ paused: true });
    const answer = await run("reset");
    ok(answer.ok && answer.path !== undefined);
    notEqual(answer.path, file);
    await runThat("the new run", answer.path, () => true);
  });

  it("answers with the reason where a command cannot act", async () => {
    const file = await train({ paused: true });
    await runThat("the pause", file, ({ progress }) => progress.state === "paused");
    const shown = await messagesDuring("showInformationMessage", async () => {
      deepEqual(await run("pause"), { ok: false, reason: "Nothing is training: the run is paused." });
    });
    equal(shown.length, 1);
  });

  it("refuses wrong arguments with a message that says what is allowed, and starts nothing", async () => {
    const { store } = await activated();
    const before = store.model.activePath;
    await messagesDuring("showErrorMessage", async () => {
      const answers = [
        await run("trainReinforce", { seed: -1 }),
        await run("trainReinforce", { environment: "CartPole-v7" }),
        await run("trainReinforce", { hiden: 16 }),
      ];
      const reasons = answers.map((answer) => (answer.ok ? "" : answer.reason));
      match(reasons[0]!, /seed is not negative/);
      match(reasons[1]!, /CartPole-v7/);
      match(reasons[2]!, /hiden.*hidden/);
    });
    equal(store.model.activePath, before);
  });

  it("ends by itself after the number of updates asked for", async () => {
    const file = await train({ updates: 5 });
    const view = await runThat("the end", file, ({ progress }) => progress.state !== "training");
    equal(view.progress.update, 5);
  });

  it("goes on from the last checkpoint within two seconds after the engine was killed", async () => {
    const api = await activated();
    const file = await train({ seed: 3, hidden: 16 });
    const before = await runThat("a second of training", file, ({ progress }) => progress.steps > 20_000);
    const killed = performance.now();
    process.kill(api.engine.pid!, "SIGKILL");
    await runThat("another engine", file, ({ run: id }) => id !== before.run || api.engine.pid === undefined);
    const again = await runThat(
      "training again",
      file,
      ({ progress, own }) =>
        api.store.model.health.state === "running" &&
        own &&
        progress.state === "training" &&
        progress.update > 0,
    );
    const first = again.progress.update;
    await runThat("the next update", file, ({ progress }) => progress.update > first);
    const milliseconds = performance.now() - killed;
    console.log(`      figure: crash to training again ${milliseconds.toFixed(0)} ms`);
    ok(milliseconds <= 2000, `${milliseconds} ms`);
    ok(first > before.progress.update / 4, `taken up at update ${first} of ${before.progress.update}`);
  });

  it("leaves no engine's file behind but the run itself when it is stopped", async () => {
    const file = await train({ updates: 3 });
    await runThat("the end", file, ({ progress }) => progress.state !== "training");
    await run("stop");
    ok(existsSync(file));
  });
});

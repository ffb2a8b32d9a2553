import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, it } from "mocha";
import { commands, extensions } from "vscode";
import { activated, extensionId } from "./support.ts";

interface ContributedCommand {
  readonly command: string;
  readonly title: string;
  readonly category: string;
}

describe("the extension", () => {
  it("is present, and asleep until something of it is used", () => {
    equal(extensions.getExtension(extensionId)?.isActive, false);
  });

  it("activates within 30 ms, without starting the engine", async () => {
    const { activationMilliseconds, store, engine } = await activated();
    console.log(`      figure: activation ${activationMilliseconds.toFixed(1)} ms`);
    ok(activationMilliseconds <= 30, `${activationMilliseconds} ms`);
    deepEqual([store.model.health.state, engine.pid], ["idle", undefined]);
  });

  it("registers every command of its manifest, titled in its category", async () => {
    const registered = new Set(await commands.getCommands(true));
    const contributed: ContributedCommand[] =
      extensions.getExtension(extensionId)!.packageJSON.contributes.commands;
    deepEqual(
      contributed.filter(({ command }) => !registered.has(command)),
      [],
    );
    ok(contributed.every(({ title, category }) => title !== "" && category === "Policy Gradient"));
    ok(contributed.some(({ title }) => title === "Train REINFORCE"));
  });
});

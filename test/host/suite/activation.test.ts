import { ok } from "node:assert";
import { describe, it } from "mocha";
import { commands, extensions } from "vscode";

const id = "policy-gradient-inspector.policy-gradient-inspector";

describe("the extension", () => {
  it("is present", () => {
    ok(extensions.getExtension(id));
  });

  it("registers its commands when it is activated", async () => {
    await extensions.getExtension(id)!.activate();
    const registered = await commands.getCommands(true);
    const contributed: { command: string }[] = extensions.getExtension(id)!.packageJSON.contributes.commands;
    const missing = contributed.filter(({ command }) => !registered.includes(command));
    ok(contributed.length > 0 && missing.length === 0, `not registered: ${JSON.stringify(missing)}`);
  });
});

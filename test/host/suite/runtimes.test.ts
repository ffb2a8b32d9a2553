import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "mocha";
import * as vscode from "vscode";
import { poll } from "../../util/poll.ts";
import { activated, messagesDuring, run, withSetting } from "./support.ts";

const scheme = "policy-gradient-doctor";

function isDoctorTab({ input, label }: vscode.Tab): boolean {
  return label.includes("Doctor") || (input instanceof vscode.TabInputText && input.uri.scheme === scheme);
}

describe("Doctor", () => {
  it("opens a page with every backend, every program, and the commands that bring what is absent", async () => {
    deepEqual(await run("doctor"), { ok: true });
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === scheme);
    const text = document?.getText() ?? "";
    match(text, /\| ✓ ready \| \*\*kernels\*\* \|/);
    for (const name of ["tensorflow", "webgpu", "Node", "Python", "TensorFlow", "Gymnasium", "VS Code"]) {
      ok(text.includes(`**${name}**`), name);
    }
    ok(text.includes(vscode.version));
    await poll("the page to be shown", () =>
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(isDoctorTab),
    );
  });
});

describe("Install TensorFlow Runtime", () => {
  it("says in one line what is wrong with a library folder, and leaves nothing behind", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "pgi-no-libraries-"));
    try {
      await withSetting("tensorflow.libraryFolder", folder, async () => {
        const shown = await messagesDuring("showErrorMessage", async () => {
          const answer = await run("installTensorflow");
          ok(!answer.ok);
          match(answer.reason, /has none of TensorFlow's libraries.*libraryFolder/);
        });
        equal(shown.length, 1);
        ok(shown[0]?.message.includes(folder));
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
    const { engine } = await activated();
    const backends = await engine.call("backends", {});
    deepEqual(
      backends.map(({ name }) => name),
      ["kernels", "tensorflow", "webgpu"],
    );
  });
});

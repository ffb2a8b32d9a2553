import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import { poll } from "../../util/poll.ts";
import { activated, messagesDuring, run, withSetting, workspaceFolder } from "./support.ts";

const reference = path.resolve(__dirname, "../../test/reference/traces");
const script = `import torch
import pgtrace

def update():
    if True:
        rec.update(loss=loss)
`;

const inWorkspace = (name: string) => path.join(workspaceFolder().fsPath, name);

/** A reference trace in the workspace whose updates name a line of a script. */
function traceNaming(name: string, mistake: string, source: { file: string; line: number }): string {
  const lines = readFileSync(path.join(reference, `${mistake}.cartpole.jsonl`), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map((line) => (line.update === undefined ? line : { ...line, source }));
  const file = inWorkspace(name);
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return file;
}

const problemsOf = (file: string) =>
  vscode.languages.getDiagnostics(vscode.Uri.file(file)).filter(({ source }) => source === "Policy Gradient");

/** Runs the command and answers its message with nothing. */
async function check(file: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const kind of ["showWarningMessage", "showInformationMessage"] as const) {
    texts.push(kind);
  }
  const warnings = await messagesDuring("showWarningMessage", async () => {
    const told = await messagesDuring("showInformationMessage", async () => {
      const answer = await run("checkUpdate", { path: file });
      ok(answer.ok, JSON.stringify(answer));
    });
    texts.push(...told.map(({ message }) => message));
  });
  return [...texts.slice(2), ...warnings.map(({ message }) => message)];
}

describe("Check This Update", () => {
  let trainer = "";

  before(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    trainer = inWorkspace("train_policy.py");
    writeFileSync(trainer, script);
  });

  it("names the mistake and puts it on the line of the script that made the update", async () => {
    const file = traceNaming("sign.pgtrace", "wrong_sign", { file: trainer, line: 6 });
    const [message] = await check(file);
    match(message!, /^sign\.pgtrace: wrong_sign\. c = /);
    const [problem] = problemsOf(trainer);
    equal(problem!.code, "wrong_sign");
    equal(problem!.severity, vscode.DiagnosticSeverity.Error);
    deepEqual([problem!.range.start.line, problem!.range.start.character], [5, 8]);
    equal(problem!.relatedInformation![0]!.location.uri.fsPath, file);
  });

  it("offers the suggested change as a comment above the line, and the explanation", async () => {
    const document = await vscode.workspace.openTextDocument(trainer);
    await vscode.window.showTextDocument(document);
    const { range } = problemsOf(trainer)[0]!;
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const titles = actions.map(({ title }) => title);
    ok(titles.includes("Explain wrong_sign"), titles.join("; "));
    const note = actions.find(({ title }) => title.startsWith("Note the suggested change here"))!;
    await vscode.workspace.applyEdit(note.edit!);
    match(document.lineAt(5).text, /^ {8}# wrong_sign: suggested change$/);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });

  it("explains: opens the report at the finding", async () => {
    ok((await run("explainTrace", { path: inWorkspace("sign.pgtrace"), finding: "wrong_sign" })).ok);
    const editor = await poll("the report", () =>
      vscode.window.activeTextEditor?.document.uri.scheme === "policy-gradient-trace"
        ? vscode.window.activeTextEditor
        : undefined,
    );
    match(editor.document.lineAt(editor.selection.start.line).text, /^### error: `wrong_sign`/);
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });

  it("stays on the trace where the script is not in the workspace", async () => {
    const file = traceNaming("elsewhere.pgtrace", "wrong_sign", { file: "/etc/passwd", line: 1 });
    await check(file);
    const [problem] = problemsOf(file);
    equal(problem!.code, "wrong_sign");
    const line = readFileSync(file, "utf8").split("\n")[problem!.range.start.line]!;
    ok(JSON.parse(line).update !== undefined);
    deepEqual(vscode.languages.getDiagnostics(vscode.Uri.file("/etc/passwd")), []);
  });

  it("finds nothing in a right trace, and says so", async () => {
    const file = traceNaming("right.pgtrace", "correct", { file: trainer, line: 6 });
    const [message] = await check(file);
    match(message!, /^right\.pgtrace: nothing found\. c = 1/);
  });

  it("shows no problems where the setting is off, and shows them again", async () => {
    await withSetting("traces.problems", false, async () => {
      await poll("no problems", () => problemsOf(trainer).length === 0 || undefined);
    });
    await poll("the problems again", () => problemsOf(trainer).length > 0 || undefined);
  });

  it("says file and line of what is no trace", async () => {
    const file = inWorkspace("broken.pgtrace");
    writeFileSync(file, '{"episode":1,"t":0,"action":0,"reward":1}\nthis is no line\n');
    const [shown] = await messagesDuring("showErrorMessage", async () => {
      equal((await run("checkUpdate", { path: file })).ok, false);
    });
    match(shown!.message, /broken\.pgtrace:2: /);
  });
});

describe("a suggested change of the script", () => {
  const wrong =
    "import pgtrace\nloss = (weights * log_probs).sum()\nrec.update(loss=loss, log_prob=log_probs)\n";
  const right = wrong.replace("(weights", "-(weights");
  let document: vscode.TextDocument;
  let trace = "";

  before(async () => {
    const file = inWorkspace("mended.py");
    writeFileSync(file, wrong);
    document = await vscode.workspace.openTextDocument(file);
    trace = traceNaming("mended.pgtrace", "wrong_sign", { file, line: 3 });
    await check(trace);
  });

  it("is an edit that has to be confirmed", async () => {
    const [problem] = problemsOf(document.uri.fsPath);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      problem!.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const mend = actions.find(({ title }) => title.startsWith("Mend wrong_sign: put a minus"));
    ok(mend?.edit, actions.map(({ title }) => title).join("; "));
    const plain = new vscode.WorkspaceEdit();
    plain.set(document.uri, mend.edit.get(document.uri));
    await vscode.workspace.applyEdit(plain);
    equal(document.getText(), right);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("workbench.action.files.revert");
    ok(!actions.some(({ title }) => title.startsWith("Note the suggested change")));
  });

  it("is shown from the trace's page, and not made where it is discarded", async () => {
    const { traces } = await activated();
    const answer = traces.mend(trace, "wrong_sign");
    let isDone = false;
    void answer.then(() => (isDone = true));
    await poll("the change", async () => {
      await vscode.commands.executeCommand("refactorPreview.discard");
      return isDone || undefined;
    });
    equal(await answer, true);
    equal(document.getText(), wrong);
  });

  it("is none where the script holds no known form of the mistake", async () => {
    const { traces } = await activated();
    equal(await traces.mend(trace, "rewards_off_by_one"), false);
  });
});

describe("exports of a trace", () => {
  it("write one update as a script, a table or a trace", async () => {
    const file = traceNaming("exported.pgtrace", "correct", { file: "train.py", line: 1 });
    for (const [as, holds] of [
      ["pytorch", /import torch/],
      ["numpy", /import numpy/],
      ["csv", /^step,episode,t,/],
      ["pgtrace", /"update":2/],
    ] as const) {
      const to = inWorkspace(`exported update.${as}`);
      const answer = await run("exportTraceUpdate", { path: file, update: 2, as, to });
      deepEqual(answer, { ok: true, path: to, update: 2 });
      match(readFileSync(to, "utf8"), holds);
    }
  });

  it("open the diagnosis as a Markdown document of one's own", async () => {
    await run("saveDiagnosis", { path: inWorkspace("sign.pgtrace") });
    const { document } = vscode.window.activeTextEditor!;
    deepEqual([document.languageId, document.isUntitled], ["markdown", true]);
    match(document.getText(), /^# What the updates in `sign\.pgtrace` are[\s\S]*### error: `wrong_sign`/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});

describe("the editor of *.pgtrace files", () => {
  const tabs = (file: string) =>
    vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(({ input }) => input instanceof vscode.TabInputCustom && input.uri.fsPath === file);

  it("opens by the file name alone and shows what was found", async () => {
    const { traceEditors } = await activated();
    const file = traceNaming("shown.pgtrace", "wrong_sign", { file: "elsewhere.py", line: 1 });
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(file));
    equal(tabs(file).length, 1);
    const page = await poll("the page", () => {
      const found = traceEditors.find(file);
      return found?.connected && found.state.trace?.diagnosis ? found : undefined;
    });
    deepEqual(
      page.state.trace!.diagnosis!.findings.map(({ id }) => id),
      ["wrong_sign"],
    );
  });

  it("answers of its own trace what the panel asks of a run, and of nothing else", async () => {
    const { traceEditors, engine } = await activated();
    const { run: id } = traceEditors.find(inWorkspace("shown.pgtrace"))!.state.run!;
    const view = await engine.call("select", { run: id, update: 1 });
    equal(view.loss.verdict.candidate, "wrong_sign");
    const page = await engine.call("rows", {
      run: id,
      update: 1,
      source: "trainer",
      columns: ["weight", "dlogit[0]"],
      start: 0,
      end: 5,
    });
    ok(page.columns.weight!.every((weight) => weight < 0));
    await rejects(engine.call("prove", { run: id, update: 1, text: "r.sum()" }), /no open run/);
  });

  it("is opened again by an engine that is started anew", async () => {
    const { traceEditors, engine } = await activated();
    const page = traceEditors.find(inWorkspace("shown.pgtrace"))!;
    const { pid } = engine;
    await run("restartEngine");
    const view = await poll("the update", async () => {
      const id = page.state.run?.run;
      if (id === undefined || engine.pid === pid) return undefined;
      return engine.call("select", { run: id, update: 1 }).catch(() => undefined);
    });
    equal(view.loss.verdict.candidate, "wrong_sign");
  });

  it("follows the file while it grows", async () => {
    const { traceEditors } = await activated();
    const file = inWorkspace("shown.pgtrace");
    const page = traceEditors.find(file)!;
    const { steps } = page.state.trace!.overview!;
    appendFileSync(file, '{"episode":9999,"t":0,"action":0,"reward":1}\n');
    await poll("the new step", () => page.state.trace!.diagnosis!.steps === steps + 1 || undefined);
  });

  it("says why a file cannot be read, and keeps what it knew", async () => {
    const { traceEditors } = await activated();
    const file = inWorkspace("shown.pgtrace");
    const page = traceEditors.find(file)!;
    appendFileSync(file, "not a line\n");
    await poll("the reason", () => (page.state.trace!.problem ?? "").includes("shown.pgtrace:") || undefined);
    ok(page.state.trace!.diagnosis !== null);
    await vscode.window.tabGroups.close(tabs(file));
    equal(traceEditors.find(file), undefined);
  });

  it("opens *.jsonl only where it is chosen", async () => {
    const { traceEditors } = await activated();
    const file = inWorkspace("lines.jsonl");
    copyFileSync(path.join(reference, "correct.cartpole.jsonl"), file);
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(file));
    equal(traceEditors.find(file), undefined);
    await vscode.commands.executeCommand(
      "vscode.openWith",
      vscode.Uri.file(file),
      "policyGradient.traceLines",
    );
    await poll("the page", () => traceEditors.find(file)?.state.trace?.diagnosis ?? undefined);
  });
});

describe("hovering over a Python script's recorded names", () => {
  const recording = `import pgtrace
rec = pgtrace.open("hovered.pgtrace")
returns = returns_of(rewards)
rec.watch(returns=returns)
rec.update(loss=policy_loss, log_prob=torch.stack(log_probs))
unrelated = 1
`;
  let document: vscode.TextDocument;

  before(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const file = inWorkspace("hovered.py");
    writeFileSync(file, recording);
    const update = {
      update: 3,
      loss: 1.5,
      log_prob: [-0.5, -0.25],
      coef: [-2, -1],
      source: { file, line: 5 },
      tensors: { returns: { value: [2, 1], file, line: 4 } },
    };
    const steps = [0, 1].map((t) => ({ episode: 1, t, action: 0, reward: 1, terminated: t === 1 }));
    const lines = [...steps, update].map((line) => `${JSON.stringify(line)}\n`).join("");
    writeFileSync(inWorkspace("hovered.pgtrace"), lines);
    document = await vscode.workspace.openTextDocument(file);
  });

  /** The text of our hover over the last place where a word stands. */
  async function hovered(word: string): Promise<string | undefined> {
    const position = document.positionAt(recording.lastIndexOf(word) + 1);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      position,
    );
    const texts = hovers
      .flatMap(({ contents }) => contents)
      .map((one) => (one as vscode.MarkdownString).value);
    return texts.find((text) => text.includes(".pgtrace"));
  }

  it("shows a watched value, and from which update it is", async () => {
    const text = await poll("the hover", () => hovered("returns)"));
    match(text, /returns {3}\[2\]\nmin 1 {3}mean 1\.5 {3}max 2/);
    match(text, /update 3 · .* · hovered\.pgtrace · hovered\.py:4/);
  });

  it("shows a recorded value under the script's own name, with its gradient", async () => {
    const text = await poll("the hover", () => hovered("log_probs"));
    match(text, /log_probs {3}\[2\] · recorded as log_prob/);
    match(text, /∂loss\/∂log_probs: {3}min −2 {3}mean −1\.5/);
  });

  it("says nothing of other names, and nothing where it is off", async () => {
    equal(await hovered("unrelated"), undefined);
    await withSetting("traces.hover", false, async () => equal(await hovered("policy_loss"), undefined));
    ok((await hovered("policy_loss")) !== undefined);
  });
});

describe("the shapes behind the lines of a Python script that record", () => {
  const recording =
    'import pgtrace\nrec = pgtrace.open("shaped.pgtrace")\nrec.watch(returns=returns)\nrec.update(loss=loss)\n';
  let document: vscode.TextDocument;

  before(async () => {
    const file = inWorkspace("shaped.py");
    writeFileSync(file, recording);
    document = await vscode.workspace.openTextDocument(file);
    const update = {
      update: 1,
      loss: 1.5,
      log_prob: [-0.5, -0.25],
      source: { file, line: 4 },
      tensors: { returns: { value: [[2], [1]], file, line: 3 } },
    };
    const steps = [0, 1].map((t) => ({ episode: 1, t, action: 0, reward: 1 }));
    writeFileSync(
      inWorkspace("shaped.pgtrace"),
      [...steps, update].map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
  });

  /** Line and text of every hint of ours. */
  async function hints(): Promise<readonly string[]> {
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(
      "vscode.executeInlayHintProvider",
      document.uri,
      all,
    );
    return found.map(({ position, label }) => `${position.line + 1}: ${String(label)}`).sort();
  }

  it("are those of the newest trace, at the lines that recorded them", async () => {
    const shown = await poll("the hints", async () => {
      const found = await hints();
      return found.length > 0 ? found : undefined;
    });
    deepEqual(shown, ["3: returns [2, 1]", "4: loss 1.5 · log_prob [2]"]);
  });

  it("are quiet where they are off, and once the script is another", async () => {
    await withSetting("traces.inlayHints", false, async () => deepEqual(await hints(), []));
    ok((await hints()).length > 0);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), "# changed\n");
    await vscode.workspace.applyEdit(edit);
    deepEqual(await hints(), []);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });
});

describe("Add Recorder to This Script", () => {
  const script = 'import gymnasium as gym\n\nenv = gym.make("CartPole-v1")\nloss.backward()\n';

  /** Opens a script of this text in a folder of its own. */
  async function openScript(folder: string, content = script): Promise<vscode.TextDocument> {
    const uri = vscode.Uri.joinPath(workspaceFolder(), folder, "train.py");
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(content));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    return document;
  }

  /** Runs the command and takes or discards what it proposes. */
  async function answered(command: "apply" | "discard") {
    const answer = run("addRecorder");
    let isDone = false;
    void answer.then(() => (isDone = true));
    await poll("the answer", async () => {
      await vscode.commands.executeCommand(`refactorPreview.${command}`);
      return isDone || undefined;
    });
    return answer;
  }

  it("changes nothing before a person has agreed", async () => {
    const document = await openScript("discarded");
    equal((await answered("discard")).ok, false);
    equal(document.getText(), script);
  });

  it("puts the file beside the script and the lines in, but for what a person has to complete", async () => {
    const document = await openScript("agreed");
    ok((await answered("apply")).ok);
    match(document.getText(), /^import gymnasium as gym\nimport pgtrace\n/);
    match(document.getText(), /env = pgtrace\.wrap\(env, rec\)/);
    ok(!document.getText().includes("rec.update("));
    const beside = vscode.Uri.joinPath(document.uri, "..", "pgtrace.py");
    const own = readFileSync(path.resolve(__dirname, "../../python/pgtrace.py"));
    ok(own.equals(await vscode.workspace.fs.readFile(beside)));
  });

  it("refuses to overwrite another pgtrace.py", async () => {
    const document = await openScript("occupied");
    const beside = vscode.Uri.joinPath(document.uri, "..", "pgtrace.py");
    await vscode.workspace.fs.writeFile(beside, new TextEncoder().encode("mine = 1\n"));
    const [told] = await messagesDuring("showInformationMessage", async () => {
      equal((await run("addRecorder")).ok, false);
    });
    match(told!.message, /Another pgtrace\.py/);
    equal(document.getText(), script);
  });

  it("says so of a script that records already, and of what is no script", async () => {
    await openScript("recording", "import pgtrace\n");
    const told = await messagesDuring("showInformationMessage", async () => {
      equal((await run("addRecorder")).ok, false);
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      equal((await run("addRecorder")).ok, false);
    });
    match(told[0]!.message, /has a recorder already/);
    match(told[1]!.message, /Open the Python script/);
  });
});

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { CommandId } from "../../../src/host/commands/commandTable.ts";
import { poll } from "../../util/poll.ts";
import { activated, run, runThat, train, withSetting } from "./support.ts";

const bookLoss = `# REINFORCE, Sutton & Barto (13.3)
G = discounted_returns(r, gamma)
beta = 0.01
loss = -(gamma**t * G.detach() * log_pi).sum() - beta * entropy.sum()
`;

async function open(content: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument({ language: "pgloss", content });
  await vscode.window.showTextDocument(document);
  return document;
}

function ask<Answer>(command: string, document: vscode.TextDocument, ...args: unknown[]): Thenable<Answer> {
  return vscode.commands.executeCommand<Answer>(`vscode.${command}`, document.uri, ...args);
}

const at = (document: vscode.TextDocument, word: string) =>
  document.positionAt(document.getText().indexOf(word));

const texts = (document: vscode.TextDocument, ranges: readonly { range: vscode.Range }[]) =>
  ranges.map(({ range }) => document.getText(range));

const whole = (document: vscode.TextDocument) =>
  new vscode.Range(new vscode.Position(0, 0), document.positionAt(document.getText().length));

async function problemsOf(document: vscode.TextDocument): Promise<vscode.Diagnostic[]> {
  return poll("problems", () => {
    const found = vscode.languages.getDiagnostics(document.uri);
    return found.length > 0 ? found : undefined;
  });
}

async function fixesAt(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
  return ask("executeCodeActionProvider", document, range, vscode.CodeActionKind.QuickFix.value);
}

describe("the language of loss files", () => {
  before(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const { store } = await activated();
    await run("stop");
    for (const path of Object.keys(store.model.runs)) store.dispatch({ kind: "closed", path });
  });

  it("completes after a dot with a snippet, and arguments by their keyword", async () => {
    const document = await open("loss = log_pi.su\nx = sum(r, ");
    const afterDot = await ask<vscode.CompletionList>(
      "executeCompletionItemProvider",
      document,
      new vscode.Position(0, 16),
    );
    const sum = afterDot.items.find(
      ({ label }) => (typeof label === "string" ? label : label.label) === "sum",
    )!;
    equal((sum.insertText as vscode.SnippetString).value, "sum()$0");
    match((sum.documentation as vscode.MarkdownString).value, /sum\(dim=None, keepdim=False\)/);
    const inCall = await ask<vscode.CompletionList>(
      "executeCompletionItemProvider",
      document,
      new vscode.Position(1, 11),
    );
    ok(inCall.items.some(({ label }) => (label as vscode.CompletionItemLabel).label === "keepdim="));
  });

  it("shows the signature, and picks out the argument at the cursor", async () => {
    const document = await open("G = discounted_returns(r, ");
    const help = await ask<vscode.SignatureHelp>(
      "executeSignatureHelpProvider",
      document,
      new vscode.Position(0, 26),
      ",",
    );
    equal(help.signatures[0]!.label.slice(0, 29), "discounted_returns(r, gamma, ");
    equal(help.activeParameter, 1);
  });

  it("tells heads, data, definitions, operators and sliders apart by colour", async () => {
    const document = await open(bookLoss);
    const legend = await ask<vscode.SemanticTokensLegend>("provideDocumentSemanticTokensLegend", document);
    const { data } = await ask<vscode.SemanticTokens>("provideDocumentSemanticTokens", document);
    const found = new Map<string, string>();
    let [line, character] = [0, 0];
    for (let i = 0; i < data.length; i += 5) {
      if (data[i]! > 0) character = 0;
      line += data[i]!;
      character += data[i + 1]!;
      const start = new vscode.Position(line, character);
      found.set(
        document.getText(new vscode.Range(start, start.translate(0, data[i + 2]!))),
        legend.tokenTypes[data[i + 3]!]!,
      );
    }
    deepEqual(
      ["log_pi", "r", "G", "discounted_returns", "0.01", "t"].map((word) => found.get(word)),
      ["head", "data", "variable", "function", "slider", "data"],
    );
  });

  it("renames what the text defines, everywhere and nothing else", async () => {
    const document = await open(bookLoss);
    const edit = await ask<vscode.WorkspaceEdit>(
      "executeDocumentRenameProvider",
      document,
      at(document, "G.detach"),
      "ret",
    );
    ok(await vscode.workspace.applyEdit(edit));
    equal(document.getText(), bookLoss.replace("G =", "ret =").replace("G.detach", "ret.detach"));
  });

  it("refuses to rename data, and says why", async () => {
    const document = await open(bookLoss);
    await rejects(
      async () => ask("prepareRename", document, at(document, "gamma")),
      /given with every update/,
    );
    await rejects(
      async () => ask("executeDocumentRenameProvider", document, at(document, "G ="), "log_pi"),
      /take another one/,
    );
  });

  it("goes to the definition and highlights every use", async () => {
    const document = await open(bookLoss);
    const [definition] = await ask<vscode.Location[]>(
      "executeDefinitionProvider",
      document,
      at(document, "G.detach"),
    );
    equal(document.offsetAt(definition!.range.start), bookLoss.indexOf("G ="));
    const highlights = await ask<vscode.DocumentHighlight[]>(
      "executeDocumentHighlights",
      document,
      at(document, "G.detach"),
    );
    deepEqual(texts(document, highlights), ["G", "G"]);
  });

  it("has an outline with shapes, and folds its comments", async () => {
    const document = await open(`# one\n# two\n${bookLoss}`);
    const symbols = await ask<vscode.DocumentSymbol[]>("executeDocumentSymbolProvider", document);
    deepEqual(
      symbols.map(({ name, detail }) => [name, detail]),
      [
        ["G", "[T]"],
        ["beta", "0.01"],
        ["loss", "scalar"],
      ],
    );
    const folds = await ask<vscode.FoldingRange[]>("executeFoldingRangeProvider", document);
    deepEqual([folds[0]!.start, folds[0]!.end], [0, 2]);
  });

  it("formats, and formatting again changes nothing", async () => {
    const document = await open("loss=-( log_pi*r ) . sum( )");
    await vscode.commands.executeCommand("editor.action.formatDocument");
    equal(document.getText(), "loss = -(log_pi * r).sum()\n");
    deepEqual(
      (await ask<vscode.TextEdit[]>("executeFormatDocumentProvider", document, {
        tabSize: 4,
        insertSpaces: true,
      })) ?? [],
      [],
    );
  });

  it("shows shapes beside names, unless that is turned off", async () => {
    const document = await open(bookLoss);
    const hints = () => ask<vscode.InlayHint[]>("executeInlayHintProvider", document, whole(document));
    deepEqual(
      (await hints()).map(({ label }) => label),
      ["[T]", "scalar"],
    );
    await withSetting("inlayHints.shapes", false, async () => deepEqual(await hints(), []));
  });

  it("offers to evaluate on a run, unless that is turned off", async () => {
    const document = await open(bookLoss);
    const lenses = () => ask<vscode.CodeLens[]>("executeCodeLensProvider", document);
    const [lens] = await lenses();
    match(lens!.command!.title, /Evaluate on run …/);
    equal(lens!.range.start.line, 3);
    await withSetting("codeLens", false, async () => deepEqual(await lenses(), []));
  });

  const mistakes: readonly [code: string, text: string, fix: string, mended: string][] = [
    [
      "missing-detach",
      "loss = -((r - V) * log_pi).sum()",
      "Detach the weight",
      "loss = -((r - V).detach() * log_pi).sum()",
    ],
    [
      "unstable-log",
      "loss = -log(softmax(logits, 1)).sum()",
      "Use log_softmax",
      "loss = -log_softmax(logits, 1).sum()",
    ],
    [
      "mean-of-sum",
      "loss = -(discounted_returns(r, gamma) * log_pi).mean()",
      "Sum instead",
      "loss = -(discounted_returns(r, gamma) * log_pi).sum()",
    ],
    [
      "probability-for-log",
      "loss = -(adv * exp(log_pi)).sum()",
      "Use log_pi",
      "loss = -(adv * log_pi).sum()",
    ],
    [
      "spread",
      "loss = -(log_pi.unsqueeze(1) * r).sum()",
      "Remove the axis with .squeeze(1)",
      "loss = -(log_pi.unsqueeze(1).squeeze(1) * r).sum()",
    ],
    ["unknown-name", "loss = -(log_pie * r).sum()", "Write log_pi", "loss = -(log_pi * r).sum()"],
    ["module-prefix", "loss = -torch.sum(log_pi * r)", "Remove torch.", "loss = -sum(log_pi * r)"],
    ["alias", "loss = -(log_probs * r).sum()", "Write log_pi", "loss = -(log_pi * r).sum()"],
    ["missing-minus", "loss = (adv * log_pi).sum()", "Negate the term", "loss = (-adv * log_pi).sum()"],
  ];
  for (const [code, text, fix, mended] of mistakes) {
    it(`finds ${code} and mends it`, async () => {
      const document = await open(text);
      const problem = (await problemsOf(document)).find((one) => one.code === code);
      ok(problem, `${code} is not among the problems`);
      const action = (await fixesAt(document, problem.range)).find(({ title }) => title === fix);
      ok(action?.edit && (await vscode.workspace.applyEdit(action.edit)), `there is no fix “${fix}”`);
      equal(document.getText(), mended);
      await poll("the problem to go", () => {
        const codes = vscode.languages.getDiagnostics(document.uri).map((one) => one.code);
        return codes.includes(code) ? undefined : true;
      });
    });
  }

  it("recognises an update rule and turns it into its loss", async () => {
    const document = await open("θ ← θ + α γ^t G ∇ln π(A|S,θ)\n");
    const [problem] = await problemsOf(document);
    equal(problem!.code, "update-rule");
    const [fix] = await fixesAt(document, problem!.range);
    equal(fix!.title, "Turn into loss");
    ok((await run("turnRuleIntoLoss")).ok);
    match(
      document.getText(),
      /^# θ ← .*\nG\s+= discounted_returns\(r, gamma\)\nloss = -\(gamma\*\*t \* G\.detach\(\) \* log_pi\)\.sum\(\)\n/u,
    );
    const explained = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "policy-gradient-rule");
    match(explained!.getText(), /Where detach comes from/);
    deepEqual(vscode.languages.getDiagnostics(document.uri), []);
  });

  it("opens the loss of a rule that is given, and names what is wrong with one", async () => {
    ok((await run("turnRuleIntoLoss", { text: "theta += alpha * G * grad(log_pi)" })).ok);
    match(vscode.window.activeTextEditor!.document.getText(), /^# theta \+= .*\nG\s+=/u);
    const answer = await run("turnRuleIntoLoss", { text: "theta += alpha * G" });
    match(answer.ok ? "" : answer.reason, /gradient/);
  });

  it("takes the lines that are selected in any file", async () => {
    const box = "Loop over the steps:\n  G ← Σ_{k=t+1}^T γ^{k−t−1} R_k\n  θ ← θ + αγ^t G∇ln π(A|S,θ)";
    const notes = await vscode.workspace.openTextDocument({
      language: "markdown",
      content: `# Notes\n${box}\n`,
    });
    const editor = await vscode.window.showTextDocument(notes);
    editor.selection = new vscode.Selection(1, 0, 3, 40);
    ok((await run("turnRuleIntoLoss")).ok);
    match(
      vscode.window.activeTextEditor!.document.getText(),
      /\nloss = -\(gamma\*\*t \* G\.detach\(\) \* log_pi\)\.sum\(\)\n$/u,
    );
  });
});

describe("Python", () => {
  before(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  const script = `for log_prob, R in zip(policy.saved_log_probs, returns):
    policy_loss.append(-log_prob * R)
loss = torch.cat(policy_loss).sum()
`;
  const loss =
    /^# saved_log_probs is read as log_pi\npolicy_loss = -log_pi \* returns\nloss\s+= policy_loss\.sum\(\)\n$/;

  it("in a loss file is translated by a fix", async () => {
    const document = await open(script);
    const [problem] = await problemsOf(document);
    const [fix] = await fixesAt(document, problem!.range);
    equal(fix!.title, "Translate from Python");
    ok(await vscode.workspace.applyEdit(fix!.edit!));
    match(document.getText(), loss);
  });

  it("selected in a script is opened as a loss", async () => {
    const python = await vscode.workspace.openTextDocument({
      language: "python",
      content: `import torch\n${script}`,
    });
    const editor = await vscode.window.showTextDocument(python);
    editor.selection = new vscode.Selection(1, 0, 4, 0);
    ok((await run("openSelectionAsLoss")).ok);
    match(vscode.window.activeTextEditor!.document.getText(), loss);
    equal(vscode.window.activeTextEditor!.document.languageId, "pgloss");
    const answer = await run("openSelectionAsLoss", { text: "import torch" });
    match(answer.ok ? "" : answer.reason, /No loss could be read/);
  });
});

describe("copying a loss", () => {
  before(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  const spellings: readonly [id: CommandId, says: RegExp][] = [
    ["copyAsPyTorch", /\bimport torch\b[\s\S]*\.detach\(\)/],
    ["copyAsJax", /\bimport jax[\s\S]*stop_gradient/],
    ["copyAsTensorFlow", /\btf\./],
    ["copyAsNumPy", /\bimport numpy as np\b/],
  ];
  for (const [id, says] of spellings) {
    it(`${id} puts it on the clipboard`, async () => {
      await open(bookLoss);
      deepEqual(await run(id), { ok: true });
      match(await vscode.env.clipboard.readText(), says);
    });
  }

  it("says why where it cannot", async () => {
    await open("loss = (");
    const answer = await run("copyAsPyTorch");
    match(answer.ok ? "" : answer.reason, /cannot be copied as PyTorch: /);
  });
});

describe("a loss file beside a run", () => {
  let file = "";

  before(async () => {
    file = await train({ seed: 6, updates: 12 });
    await runThat("the end", file, ({ progress }) => progress.state !== "training");
  });
  after(() => run("stop"));

  it("shows values behind its lines, unless that is turned off", async () => {
    const document = await open(bookLoss);
    const hints = async () => {
      const found = await ask<vscode.InlayHint[]>("executeInlayHintProvider", document, whole(document));
      return found.map(({ label }) => String(label));
    };
    const shown = await hints();
    equal(shown.length, 2);
    match(shown[0]!, /^\[\d+\] [\d.]+ … [\d.]+$/);
    await withSetting("inlayHints.values", false, async () => deepEqual(await hints(), ["[T]", "scalar"]));
  });

  it("is evaluated by its lens, and says what it came to until it is edited", async () => {
    const document = await open(bookLoss);
    const titles = async () =>
      (await ask<vscode.CodeLens[]>("executeCodeLensProvider", document)).map(
        ({ command }) => command!.title,
      );
    match((await titles())[0]!, /Evaluate on .*seed 6/);
    const answer = await run("evaluateLoss", { uri: document.uri.toString() });
    deepEqual(answer, { ok: true, path: file, update: 12 });
    const [outcome, gradient] = await titles();
    match(outcome!, /loss −?[\d.e]+ · REINFORCE \(13\.3\)/);
    match(gradient!, /^gradient [\d.]+× the trainer's, cosine [\d.]+ · update 12$/);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), "# changed\n");
    await vscode.workspace.applyEdit(edit);
    match((await titles())[0]!, /Evaluate on/);
  });

  it("leaves the loss that a panel edits alone", async () => {
    const { engine, store } = await activated();
    const reference = { run: store.model.runs[file]!.run, update: 12 };
    const edited = "loss = -(3 * log_pi).sum()";
    await engine.call("evaluate", { ...reference, text: edited });
    const weights = () =>
      engine.call("rows", { ...reference, source: "edited", columns: ["weight"], start: 0, end: 1 });
    const before = await weights();
    await engine.call("evaluate", { ...reference, text: "loss = -(5 * log_pi).sum()", aside: true });
    deepEqual((await weights()).columns.weight, before.columns.weight);
    equal(before.columns.weight![0], 3);
  });

  it("goes into the run's panel as an edit", async () => {
    const document = await open("loss = -(log_pi * 2).sum()\n");
    ok((await run("showLossInPanel", { uri: document.uri.toString() })).ok);
    const { panels } = await activated();
    await poll("the loss in the panel", () =>
      panels.find(file)?.lossText === document.getText() ? true : undefined,
    );
  });
});

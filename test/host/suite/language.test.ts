import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { poll } from "../../util/poll.ts";
import { activated, run, runThat, train, withSetting } from "./support.ts";

const bookLoss = `# REINFORCE, Sutton & Barto (13.3)
G = discounted_returns(r, gamma)
loss = -(gamma**t * G.detach() * log_pi).sum()
`;

async function open(content: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument({ language: "pgloss", content });
  await vscode.window.showTextDocument(document);
  return document;
}

async function hoverAt(document: vscode.TextDocument, word: string): Promise<string> {
  const position = document.positionAt(document.getText().indexOf(word));
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    document.uri,
    position,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (content as vscode.MarkdownString).value)
    .join("\n");
}

function problems(document: vscode.TextDocument): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(document.uri);
}

async function replaceAll(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  const end = document.positionAt(document.getText().length);
  edit.replace(document.uri, new vscode.Range(new vscode.Position(0, 0), end), text);
  ok(await vscode.workspace.applyEdit(edit));
}

describe("a loss file without a run", () => {
  before(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const { store } = await activated();
    await run("stop");
    for (const path of Object.keys(store.model.runs)) store.dispatch({ kind: "closed", path });
  });

  it("is told apart by its ending", async () => {
    const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, "book.pgloss");
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(bookLoss));
    equal((await vscode.workspace.openTextDocument(uri)).languageId, "pgloss");
  });

  it("hovers with shape and documentation, and says how to get values", async () => {
    const document = await open(bookLoss);
    const text = await hoverAt(document, "log_pi");
    match(text, /log_pi {3}\[T\] · head of the policy/);
    match(text, /Train REINFORCE/);
  });

  it("has no problem where the loss is right", async () => {
    deepEqual(problems(await open(bookLoss)), []);
  });

  it("shows a problem at its place as soon as it is typed, and takes it away when it is mended", async () => {
    const document = await open(bookLoss);
    const begun = performance.now();
    await replaceAll(document, bookLoss.replace("log_pi", "log_pie"));
    const [problem] = await poll("the problem", () =>
      problems(document).length > 0 ? problems(document) : undefined,
    );
    console.log(`      figure: edit to diagnostic ${(performance.now() - begun).toFixed(1)} ms`);
    equal(document.getText(problem!.range), "log_pie");
    match(problem!.message, /log_pi/);
    await replaceAll(document, bookLoss);
    await poll("the problem to go", () => (problems(document).length === 0 ? true : undefined));
  });

  it("offers a fix that mends the problem", async () => {
    const document = await open("loss = -(gamma**t * G.detach() * log_pi).sum()\n");
    const [problem] = await poll("the problem", () =>
      problems(document).length > 0 ? problems(document) : undefined,
    );
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      problem!.range,
    );
    const fix = actions.find(({ title }) => title === "Define G");
    ok(fix?.edit && (await vscode.workspace.applyEdit(fix.edit)));
    await poll("the problem to go", () => (problems(document).length === 0 ? true : undefined));
  });

  it("completes names and operators, and after a dot operators alone", async () => {
    const document = await open("loss = (log_pi).");
    const complete = async (offset: number) => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        "vscode.executeCompletionItemProvider",
        document.uri,
        document.positionAt(offset),
      );
      return list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    };
    const afterDot = await complete(document.getText().length);
    ok(afterDot.includes("sum") && !afterDot.includes("entropy"), afterDot.join());
    ok((await complete("loss = ".length)).includes("entropy"));
  });

  it("starts from the book's loss when it is new", async () => {
    ok((await run("newLossFile")).ok);
    const document = vscode.window.activeTextEditor!.document;
    equal(document.languageId, "pgloss");
    match(document.getText(), /discounted_returns\(r, gamma\)/);
    deepEqual(problems(document), []);
  });
});

describe("a loss file with a run", () => {
  let file = "";

  before(async () => {
    file = await train({ seed: 5, updates: 20 });
    await runThat("the end", file, ({ progress }) => progress.state !== "training");
  });
  after(() => run("stop"));

  it("hovers with statistics, sparkline, first values and adjoint of a name", async () => {
    const text = await hoverAt(await open(bookLoss), "log_pi");
    match(text, /log_pi {3}\[\d+\]/);
    match(text, /min −[\d.]+ {3}mean −[\d.]+ {3}max −?[\d.e−]+ {3}std [\d.]+ {3}NaN 0 {3}Inf 0/);
    match(text, /[▁▂▃▄▅▆▇█]{4,}/u);
    match(text, /t = 0: −/);
    match(text, /∂loss\/∂log_pi = −c:/);
    match(text, /update 20/);
  });

  it("hovers with the value of a sub-expression", async () => {
    const text = await hoverAt(await open(bookLoss), "** t".replace(" ", ""));
    match(text, /gamma\*\*t {3}\[\d+\]/);
    match(text, /max 1 /);
  });

  it("hovers over a loss of one's own, not only the one that was trained", async () => {
    const text = await hoverAt(await open("loss = (entropy * 3).sum()\n"), "entropy * 3".slice(8, 9));
    match(text, /entropy \* 3/);
  });

  it("says that values wait for the errors in the text", async () => {
    const text = await hoverAt(await open(`${bookLoss}x = foo\n`), "log_pi");
    match(text, /once the errors in the text are mended/);
  });

  it("falls back to the documentation where values are turned off", async () => {
    await withSetting("hover.values", false, async () => {
      const text = await hoverAt(await open(bookLoss), "log_pi");
      match(text, /head of the policy/);
      ok(!/min −/.test(text), text);
    });
  });
});

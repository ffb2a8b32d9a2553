import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  type CommandRow,
  commandCategory,
  commandPrefix,
  commandTable,
} from "../../../src/host/commands/commandTable.ts";
import { requirements } from "../../../src/host/commands/requirements.ts";
import {
  comparisonViewType,
  lineEditorViewType,
  panelViewType,
  runEditorViewType,
  runsViewId,
  traceEditorViewType,
} from "../../../src/host/viewNames.ts";
import { spellOut } from "../../../src/loss/greek.ts";
import { isInnerModule, isModuleRoot } from "../../../src/loss/modules.ts";
import { OFFERED_NAMES } from "../../../src/loss/names.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const { contributes } = manifest;
const rows: [string, CommandRow][] = Object.entries(commandTable);
const commandIds = new Set(rows.map(([id]) => commandPrefix + id));

/** Every command that a part of the manifest names. */
function commandsNamedIn(part: unknown): string[] {
  return [...JSON.stringify(part).matchAll(/"command":"([^"]+)"/g)].map((match) => match[1]!);
}

describe("commands", () => {
  test.each(rows)("%s is in the manifest as in the table", (id, { title, icon, requires }) => {
    const command = contributes.commands.find(
      (one: { command: string }) => one.command === commandPrefix + id,
    );
    const { when } = requirements[requires];
    expect(command).toEqual({
      command: commandPrefix + id,
      title,
      category: commandCategory,
      ...(icon !== undefined && { icon: `$(${icon})` }),
      ...(when !== undefined && { enablement: when }),
    });
  });

  test("there are none in the manifest beside those of the table", () => {
    expect(contributes.commands).toHaveLength(rows.length);
  });

  test.each(["menus", "keybindings"])("%s name only commands that exist", (part) => {
    const unknown = commandsNamedIn(contributes[part]).filter((id) => !commandIds.has(id));
    expect(unknown).toEqual([]);
  });

  test("links in welcome texts and the walkthrough name only commands that exist", () => {
    const texts = JSON.stringify([contributes.viewsWelcome, contributes.walkthroughs]);
    const linked = [...texts.matchAll(/command:([\w.]+)/gi)].map((match) => match[1]!);
    expect(linked.length).toBeGreaterThan(5);
    expect(linked.filter((id) => !commandIds.has(id))).toEqual([]);
  });

  test("those of an item of the Runs view are kept out of the palette", () => {
    const hidden = contributes.menus.commandPalette.map((entry: { command: string }) => entry.command);
    const onItems = rows.filter(([, row]) => row.onRunItem).map(([id]) => commandPrefix + id);
    expect(hidden).toEqual(expect.arrayContaining(onItems));
  });

  test("every keybinding is bound to a place", () => {
    expect(contributes.keybindings.every(({ when }: { when?: string }) => (when ?? "") !== "")).toBe(true);
  });
});

describe("the manifest", () => {
  test("starts the extension only when something of it is used", () => {
    expect(manifest.activationEvents).toEqual([
      `onWebviewPanel:${panelViewType}`,
      `onWebviewPanel:${comparisonViewType}`,
      "workspaceContains:.policy-gradient/runs",
      "workspaceContains:**/*.pgtrace",
    ]);
  });

  test("runs where the workspace is", () => {
    expect(manifest.extensionKind).toEqual(["workspace"]);
  });

  test("takes no program and no deletion of runs from a workspace that is not trusted", () => {
    const { untrustedWorkspaces } = manifest.capabilities;
    expect(untrustedWorkspaces.supported).toBe("limited");
    expect(untrustedWorkspaces.description).not.toBe("");
    for (const setting of [
      "policyGradient.engine.nodePath",
      "policyGradient.runs.maximumSize",
      "policyGradient.tensorflow.libraryFolder",
    ]) {
      expect(untrustedWorkspaces.restrictedConfigurations).toContain(setting);
      expect(contributes.configuration.properties[setting].scope).toBe("machine-overridable");
    }
  });

  test("describes, orders and bounds every setting", () => {
    const settings: [string, Record<string, unknown>][] = Object.entries(
      contributes.configuration.properties,
    );
    for (const [, setting] of settings) {
      expect(setting).toMatchObject({
        markdownDescription: expect.stringMatching(/\S/),
        order: expect.any(Number),
      });
      if (setting.type === "number") {
        expect(setting).toMatchObject({ minimum: expect.any(Number), maximum: expect.any(Number) });
      }
    }
    expect(new Set(settings.map(([, { order }]) => order)).size).toBe(settings.length);
  });

  test("gives *.pgrun and *.pgtrace files to their editors, *.jsonl only where it is chosen, and shows the view of runs", () => {
    expect(contributes.customEditors).toEqual([
      expect.objectContaining({
        viewType: runEditorViewType,
        priority: "default",
        selector: [{ filenamePattern: "*.pgrun" }],
      }),
      expect.objectContaining({
        viewType: traceEditorViewType,
        priority: "default",
        selector: [{ filenamePattern: "*.pgtrace" }],
      }),
      expect.objectContaining({
        viewType: lineEditorViewType,
        priority: "option",
        selector: [{ filenamePattern: "*.jsonl" }],
      }),
    ]);
    expect(contributes.views.policyGradient).toEqual([expect.objectContaining({ id: runsViewId })]);
  });

  test("names only files that are there", () => {
    const files = [
      ...JSON.stringify(manifest).matchAll(/"(?:\.\/)?((?:media|language|syntaxes|snippets)\/[^"]+)"/g),
    ];
    expect(files.length).toBeGreaterThan(8);
    expect(files.map((match) => match[1]!).filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  test("has an icon of 256 by 256 pixels", () => {
    const icon = readFileSync(path.join(root, manifest.icon));
    expect(icon.subarray(1, 4).toString("latin1")).toBe("PNG");
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([256, 256]);
  });
});

describe("the loss language's files", () => {
  const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), "utf8"));

  test("highlighting has only valid patterns", () => {
    const patterns: string[] = [];
    JSON.stringify(read("syntaxes/pgloss.tmLanguage.json"), (key, value) => {
      if (key === "match") patterns.push(value);
      return value;
    });
    expect(patterns.length).toBeGreaterThan(8);
    for (const pattern of patterns) expect(() => new RegExp(pattern, "u")).not.toThrow();
  });

  test.each(["head", "data"] as const)(
    "highlighting knows every name of the kind %s, and no other",
    (kind) => {
      const { match } = read("syntaxes/pgloss.tmLanguage.json").repository[kind];
      const listed = /\)\((.*?)\)\(/u.exec(match)![1]!.split("|").map(spellOut);
      const names = OFFERED_NAMES.filter((one) => one.kind === kind).map(({ name }) => name);
      expect(new Set(listed.filter((name) => !name.includes(" ")))).toEqual(new Set(names));
    },
  );

  test("highlighting drops every library's name that the language drops", () => {
    const { match } = read("syntaxes/pgloss.tmLanguage.json").repository.namespace;
    const listed = /\((.*?)\)/u.exec(match)![1]!.split("|");
    expect(listed.every((name) => isModuleRoot(name) || isInnerModule(name))).toBe(true);
    expect(listed).toEqual(expect.arrayContaining(["torch", "F", "np", "jnp"]));
  });

  test("semantic colours have a scope for every type of their own", () => {
    const own = contributes.semanticTokenTypes.map(({ id }: { id: string }) => id);
    const [{ scopes }] = contributes.semanticTokenScopes;
    expect(Object.keys(scopes)).toEqual(expect.arrayContaining(own));
  });

  test("a comment starts with #", () => {
    expect(read("language/pgloss.configuration.json").comments.lineComment).toBe("#");
  });
});

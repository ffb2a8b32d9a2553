import { expect, test } from "vitest";
import { findNode, type ProbeAnswer } from "../../../src/host/engine/findNode.ts";
import { type NodePlaces, nodeCandidates } from "../../../src/host/engine/nodeCandidates.ts";
import { isNewEnough, parseNodeVersion } from "../../../src/host/engine/nodeVersion.ts";
import { probeNode } from "../../../src/host/engine/probeNode.ts";

const places: NodePlaces = {
  setting: "",
  extensionFolder: "/ext",
  searchPath: "/usr/local/bin:/usr/bin",
  editor: "/opt/code/code",
  platform: "linux",
};

const probing =
  (answers: Record<string, ProbeAnswer | string>) =>
  async ({ path }: { path: string }): Promise<ProbeAnswer> => {
    const answer = answers[path] ?? { kind: "absent" };
    return typeof answer === "string" ? { kind: "printed", text: answer } : answer;
  };

test("places are tried in the order setting, extension, PATH, editor", () => {
  const origins = nodeCandidates({ ...places, setting: "/my/node" }).map(({ origin }) => origin);
  expect(origins).toEqual(["setting", "extension", "extension", "path", "path", "editor"]);
});

test("relative folders of the PATH are never looked into", () => {
  const searched = nodeCandidates({ ...places, searchPath: ".::bin:/usr/bin" });
  expect(searched.filter(({ origin }) => origin === "path").map(({ path }) => path)).toEqual([
    "/usr/bin/node",
  ]);
});

test("on Windows the program is node.exe and the PATH is split at semicolons", () => {
  const searched = nodeCandidates({ ...places, searchPath: "C:\\a;D:\\b", platform: "win32" });
  expect(searched.filter(({ origin }) => origin === "path").map(({ path }) => path)).toEqual([
    "C:\\a\\node.exe",
    "D:\\b\\node.exe",
  ]);
});

test("the first Node that is new enough is taken, older ones are passed over", async () => {
  const probe = probing({ "/usr/local/bin/node": "v20.20.2\n", "/usr/bin/node": "v22.13.0\n" });
  const { found, tried } = await findNode(places, probe);
  expect(found).toMatchObject({ path: "/usr/bin/node", origin: "path", version: "22.13.0" });
  expect(tried.at(-1)).toMatchObject({ path: "/usr/local/bin/node", reason: "is Node 20.20.2, too old" });
});

test("the editor's own is run as Node, and only after everything else", async () => {
  const { found } = await findNode(places, probing({ "/opt/code/code": "v22.19.0" }));
  expect(found).toMatchObject({ origin: "editor", runAsNode: true });
});

test("a setting that names no usable Node is reported, not silently replaced", async () => {
  const probe = probing({ "/my/node": "v18.0.0", "/usr/bin/node": "v24.0.0" });
  const search = await findNode({ ...places, setting: "/my/node" }, probe);
  expect(search.found).toBeUndefined();
  expect(search).toMatchObject({ message: expect.stringContaining("/my/node is Node 18.0.0, too old") });
});

test("where there is none, the message lists what was tried and what to do", async () => {
  const probe = probing({
    "/usr/bin/node": { kind: "failed", reason: "could not be run (EACCES)" },
    "/opt/code/code": "Code 1.100",
  });
  const search = await findNode(places, probe);
  expect(search).toMatchObject({ found: undefined });
  const { message } = search as { message: string };
  for (const part of ["22.13", "/usr/bin/node could not be run (EACCES)", "/opt/code/code", "nodePath"]) {
    expect(message).toContain(part);
  }
});

test.each([
  ["v22.13.0", true],
  ["v22.12.9", false],
  ["v21.99.0", false],
  ["v24.0.0-nightly", true],
  ["v100.0.0", true],
])("%s is new enough: %s", (text, expected) => {
  expect(isNewEnough(parseNodeVersion(text)!)).toBe(expected);
});

test.each(["", "22.13.0", "Python 3.11", "v22", "v22.13.0\nrm -rf"])("%j is no Node version", (text) => {
  expect(parseNodeVersion(text)).toBeUndefined();
});

test("the running Node is probed for real, and an absent file is absent", async () => {
  const own = { origin: "path", path: process.execPath, runAsNode: false } as const;
  expect(await probeNode(own)).toEqual({ kind: "printed", text: `${process.version}\n` });
  expect(await probeNode({ ...own, path: "/no/such/node" })).toEqual({ kind: "absent" });
});

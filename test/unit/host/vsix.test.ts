import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../../..");
const folder = mkdtempSync(path.join(tmpdir(), "pgi-vsix-"));
const file = path.join(folder, "extension.vsix");

/** What a package may hold, and nothing else. */
const allowed = [
  /^extension\.vsixmanifest$/,
  /^\[Content_Types\]\.xml$/,
  /^extension\/(package\.json|readme\.md|changelog\.md|LICENSE\.txt)$/i,
  /^extension\/dist\/((extension|printers|python|scripts)\.cjs|(engine|pgi|prove|tensors)\.js|(webview|comparison)\.(js|css)|[\w-]+\.ttf)$/,
  /^extension\/dist\/tensorflow-binding\/(binding|node|\w+-\w+)\/([\w-]+\.(cc|h|node)|LICENSE)$/,
  /^extension\/media\/(icon\.png|screenshots\/edited-dark\.png|[\w-]+\.svg|walkthrough\/[\w-]+\.svg)$/,
  /^extension\/python\/(gym_bridge|pgtrace)\.py$/,
  /^extension\/(language|syntaxes|snippets)\/[\w.-]+\.json$/,
];

interface ZipEntry {
  readonly name: string;
  read(): Buffer;
}

/** The entries of a zip file by its central directory. */
function zipEntries(zip: Buffer): ZipEntry[] {
  const end = zip.lastIndexOf(Buffer.from("504b0506", "hex"));
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const lengths = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths;
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    const compressed = zip.readUInt32LE(at + 20);
    const method = zip.readUInt16LE(at + 10);
    const local = zip.readUInt32LE(at + 42);
    at += 46 + nameLength + extraLength + commentLength;
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const body = zip.subarray(start, start + compressed);
    return { name, read: () => (method === 0 ? body : inflateRawSync(body)) };
  });
}

describe.skipIf(!existsSync(path.join(root, "dist", "extension.cjs")))("the packaged extension", () => {
  let entries: ZipEntry[] = [];

  beforeAll(() => {
    const vsce = path.join(root, "node_modules", "@vscode", "vsce", "vsce");
    const args = [
      "package",
      "--no-dependencies",
      "--allow-missing-repository",
      "--skip-license",
      "--no-rewrite-relative-links",
      "--out",
      file,
    ];
    execFileSync(process.execPath, [vsce, ...args], { cwd: root, stdio: "pipe" });
    entries = zipEntries(readFileSync(file));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("holds nothing but what is meant to be in it", () => {
    const strange = entries
      .map(({ name }) => name)
      .filter((name) => !allowed.some((pattern) => pattern.test(name)));
    expect(strange).toEqual([]);
  });

  test("holds everything that its manifest names", () => {
    const names = new Set(entries.map(({ name }) => name));
    const manifest = entries
      .find(({ name }) => name === "extension/package.json")!
      .read()
      .toString("utf8");
    const wanted = [
      ...manifest.matchAll(
        /"(?:\.\/)?((?:media|language|syntaxes|snippets|dist)\/[^"]+\.(?:png|svg|json|cjs))"/g,
      ),
    ];
    expect(wanted.length).toBeGreaterThan(8);
    expect(wanted.map((match) => `extension/${match[1]}`).filter((name) => !names.has(name))).toEqual([]);
  });

  test("holds the bundle that was built, in at most 300 kB", () => {
    const bundle = entries.find(({ name }) => name === "extension/dist/extension.cjs")!.read();
    expect(bundle.equals(readFileSync(path.join(root, "dist", "extension.cjs")))).toBe(true);
    expect(bundle.length).toBeLessThanOrEqual(300_000);
  });

  test("names no folder of the machine that built it", () => {
    const naming = entries.filter((entry) => entry.read().includes(root)).map(({ name }) => name);
    expect(naming).toEqual([]);
  });
});

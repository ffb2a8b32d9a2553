import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { create } from "tar";
import { expect, test } from "vitest";
import { unpackTar } from "../../../../src/engine/runtimes/unpackTar.ts";
import { unpackZip } from "../../../../src/engine/runtimes/unpackZip.ts";
import { UserError } from "../../../../src/engine/userError.ts";
import { mountSmallDisk } from "../../../util/smallDisk.ts";
import { temporaryFolder } from "../../../util/temporaryFolder.ts";
import { type ZipPart, zipFile } from "../../../util/zipFile.ts";

const options = {
  title: "The archive",
  wants: () => true,
  signal: new AbortController().signal,
  onBytes: () => undefined,
};

async function unzip(bytes: Uint8Array, into = temporaryFolder(), wants = (_: string) => true) {
  const archive = join(temporaryFolder(), "a.zip");
  writeFileSync(archive, bytes);
  const error = await unpackZip(archive, into, { ...options, wants }).then(
    () => undefined,
    (reason: unknown) => reason as UserError,
  );
  return { error, into, files: readdirSync(into, { recursive: true, encoding: "utf8" }).sort() };
}

const good: ZipPart[] = [
  { name: "a/b.txt", content: "b" },
  { name: "a/run", content: "#!", mode: 0o104755 },
  { name: "c.txt", content: "c" },
];

test("a zip's wanted files arrive, without the archive's own modes", async () => {
  const { error, into, files } = await unzip(zipFile(good), temporaryFolder(), (name) =>
    name.startsWith("a/"),
  );
  expect([error, files]).toEqual([undefined, ["a", "a/b.txt", "a/run"]]);
  expect(readFileSync(join(into, "a/b.txt"), "utf8")).toBe("b");
  expect(statSync(join(into, "a/run")).mode & 0o7111).toBe(0);
});

test.for([
  ["leads out of the folder", [{ name: "../out.txt", content: "x" }]],
  ["is absolute", [{ name: "/tmp/out.txt", content: "x" }]],
  ["leads out further down", [{ name: "a/../../out.txt", content: "x" }]],
  ["has a backslash", [{ name: "a\\..\\out.txt", content: "x" }]],
  ["is a symbolic link", [{ name: "link", content: "/etc/passwd", mode: 0o120777 }]],
  ["is there twice", [good[0]!, good[0]!]],
  ["says another size than it has", [{ name: "a", content: "abc", size: 2 }]],
] as [string, ZipPart[]][])("a zip entry that %s is refused", async ([, parts]) => {
  const folder = temporaryFolder();
  const into = join(folder, "into");
  mkdirSync(into);
  const { error } = await unzip(zipFile(parts), into);
  expect(error).toBeDefined();
  expect(existsSync(join(folder, "out.txt"))).toBe(false);
});

test.for([0, 1, 30, 100])("a zip cut off after %i bytes is damaged, in one line", async (length) => {
  const { error } = await unzip(zipFile(good).subarray(0, length));
  expect(error).toMatchObject({ code: "archive" });
  expect(error?.line).toMatch(/^The archive is damaged: .*try again\.$/);
});

test("a zip that the disk has no room for is refused before anything is written", async (context) => {
  const into = join(temporaryFolder(), "small");
  if (!mountSmallDisk(into, 64)) return context.skip("only root on Linux may mount a small disk");
  const { error, files } = await unzip(zipFile([{ name: "a", content: Buffer.alloc(1e6) }]), into);
  expect([error?.code, files]).toEqual(["disk", []]);
  expect(error?.line).toMatch(/^The archive needs 1 MB while it is installed, and .* has \d+ kB left\. Free/);
});

async function untar(make: (folder: string) => void, wants = (_: string) => true) {
  const from = temporaryFolder();
  mkdirSync(join(from, "package"));
  make(join(from, "package"));
  const archive = join(temporaryFolder(), "a.tgz");
  await create({ gzip: true, file: archive, cwd: from }, ["package"]);
  const into = temporaryFolder();
  const error = await unpackTar(archive, into, { ...options, wants }).then(
    () => undefined,
    (reason: unknown) => reason as UserError,
  );
  return { error, archive, into, files: readdirSync(into, { recursive: true, encoding: "utf8" }).sort() };
}

test("a tar's wanted files arrive without their first folder", async () => {
  const make = (folder: string) => {
    writeFileSync(join(folder, "index.js"), "1");
    writeFileSync(join(folder, "other.js"), "2");
  };
  const { error, files } = await untar(make, (name) => name === "index.js");
  expect([error, files]).toEqual([undefined, ["index.js"]]);
});

test("a link in a tar is refused", async () => {
  const { error, files } = await untar((folder) => symlinkSync("/etc/passwd", join(folder, "link")));
  expect(error).toBeInstanceOf(UserError);
  expect(files).toEqual([]);
});

test("a cut off tar is damaged, in one line", async () => {
  const { archive } = await untar((folder) => writeFileSync(join(folder, "a"), Buffer.alloc(50_000, 7)));
  const bytes = readFileSync(archive);
  writeFileSync(archive, bytes.subarray(0, bytes.length - 20));
  const error = await unpackTar(archive, temporaryFolder(), options).catch((reason: UserError) => reason);
  expect((error as UserError).line).toMatch(/^The archive is damaged: .*try again\.$/);
});

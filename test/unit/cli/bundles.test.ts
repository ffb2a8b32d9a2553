import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../../scripts/lib/paths.mjs";

const read = (file: string) => readFileSync(join(root, "dist", file), "utf8");

describe.each(["pgi.js", "engine.js"])("%s", (file) => {
  test("reads the tensor library only when a device is wanted", () => {
    const text = read(file);
    expect(text).toMatch(/import\("\.\/tensors\.js"\)/);
    expect(text).not.toMatch(/from\s*"\.\/tensors\.js"/);
    expect(text).not.toContain("_FusedMatMul");
  });
});

test("tensors.js needs no package, and no file beside it", () => {
  const text = read("tensors.js");
  expect(text.includes("_FusedMatMul")).toBe(true);
  const named = text.matchAll(
    /(?:\bfrom|\bimport|[\w$]+)\s*\(?\s*"((?:\.{1,2}\/|@tensorflow|node-|long|seedrandom|google-)[\w./-]*)"/g,
  );
  // The one that stays is asked for by what loads models from the network, which nothing here does.
  expect(new Set([...named].map(([, name]) => name))).toEqual(new Set(["node-fetch"]));
});

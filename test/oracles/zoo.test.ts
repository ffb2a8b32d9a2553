import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diagnoseFile } from "../../src/engine/diagnosis/diagnoseFile.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";
import { askOracle } from "./support.ts";

const folder = sharedFolder();
const names = askOracle<string[]>("zoo", 0, folder);

/** A script is called after its finding; what follows says by what it is written. */
const findingOf = (name: string) => name.replace(/_(numpy|jax|question)$/, "");

const found = (name: string, side: "wrong" | "right") =>
  diagnoseFile(join(folder, `${name}.${side}.pgtrace`)).diagnosis.findings.map(({ id }) => id);

describe("the zoo", () => {
  test("holds a script for most mistakes, in PyTorch, NumPy and JAX", () => {
    expect(names.length).toBeGreaterThanOrEqual(40);
    expect(names.filter((name) => name.endsWith("_numpy"))).toHaveLength(2);
    expect(names.filter((name) => name.endsWith("_jax"))).toHaveLength(2);
  });

  test.each(names)("%s is named, and nothing else", (name) => {
    expect(found(name, "wrong")).toEqual([findingOf(name)]);
  });

  test.each(names)("the right twin of %s is clean", (name) => {
    expect(found(name, "right")).toEqual([]);
  });
});

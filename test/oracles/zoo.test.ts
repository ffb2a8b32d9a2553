import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diagnoseFile } from "../../src/engine/diagnosis/diagnoseFile.ts";
import { openTraceUpdate } from "../../src/engine/exports/exportTraceUpdate.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";
import { askOracle, runScripts } from "./support.ts";

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

/** Their recorded ∂L/∂outputs are those of no loss: that is the mistake. */
const impossible = ["one_output_only_numpy", "undetached_action"];

describe.each(["pytorch", "numpy"] as const)("a script for %s of the last update", (to) => {
  const cases = names.flatMap((name) => (["wrong", "right"] as const).map((side) => [name, side] as const));
  const files = cases.map(([name, side]) => {
    const file = join(folder, `${name}.${side}.${to}.py`);
    openTraceUpdate(join(folder, `${name}.${side}.pgtrace`)).write(to, file);
    return file;
  });
  const ran = runScripts(files);

  test.each(cases.map(([name, side], index) => [name, side, index] as const))(
    "of %s, %s, makes again what was recorded, mistake and all",
    (name, side, index) => {
      const { code, lines } = ran[index]!;
      const isImpossible = side === "wrong" && impossible.includes(name);
      expect(code).toBe(isImpossible ? 1 : 0);
      expect([...lines.keys()].filter((line) => line.startsWith("|dL/d")).length).toBeGreaterThan(0);
    },
  );
});

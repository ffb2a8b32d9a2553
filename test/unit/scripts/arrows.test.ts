import { describe, expect, test } from "vitest";
import { roomOf, violations } from "../../../scripts/arrows/check.ts";
import { importsOf } from "../../../scripts/arrows/imports.ts";
import { rooms } from "../../../scripts/arrows/rooms.ts";

const lines = (...text: string[]) => text.join("\n");
const complaints = (files: Record<string, string>) =>
  violations(new Map(Object.entries(files))).map(({ file, line, message }) => `${file}:${line}: ${message}`);

describe("importsOf", () => {
  test.each([
    ['import { a } from "./a.ts";', "./a.ts", false],
    ['import a, { b } from "a/b";', "a/b", false],
    ['import * as a from "a";', "a", false],
    ['import "./effect.ts";', "./effect.ts", false],
    ['import type { A } from "./a.ts";', "./a.ts", true],
    ['export { a } from "./a.ts";', "./a.ts", false],
    ['export type { A } from "./a.ts";', "./a.ts", true],
    ['export * from "./a.ts";', "./a.ts", false],
    ['const a = await import("./a.ts");', "./a.ts", false],
    ['type A = import("./a.ts").A;', "./a.ts", false],
    ['const a = require("a");', "a", false],
    ["const a = import(name);", undefined, false],
    ['const a = import("./" + name);', undefined, false],
  ])("reads %s", (source, specifier, isType) => {
    expect(importsOf(source)).toEqual([{ specifier, isType, line: 1 }]);
  });

  test("reads an import over several lines and counts lines from its first", () => {
    const source = lines("// first", "import {", "  a,", "  b,", '} from "./a.ts";');
    expect(importsOf(source)).toEqual([{ specifier: "./a.ts", isType: false, line: 2 }]);
  });

  test.each([
    '// import a from "a";',
    '/* import a from "a"; */',
    "const a = 'import a from \"a\"';",
    'const a = `\nimport a from "a";\n`;',
    'export const a = "b";',
    "export const here = import.meta.url;",
    'export type A = "import" | "export";',
  ])("reads nothing from %s", (source) => {
    expect(importsOf(source)).toEqual([]);
  });
});

describe("violations", () => {
  test.each(["algorithms", "diagnosis", "environments", "loss", "policies", "rl"])(
    "keeps %s pure",
    (room) => {
      const file = `src/${room}/a.ts`;
      for (const name of ["vscode", "node:fs", "@tensorflow/tfjs", "lit", "fs"]) {
        expect(complaints({ [file]: `import a from "${name}";` })).toHaveLength(1);
      }
      for (const other of ["host", "engine", "cli", "runs"]) {
        expect(complaints({ [file]: `import type { A } from "../${other}/a.ts";` })).toEqual([
          `${file}:1: ${room} may not import ${other} (src/${other}/a.ts)`,
        ]);
      }
      expect(complaints({ [file]: "export const a = import(name);" })).toHaveLength(1);
      expect(complaints({ [file]: 'import { a } from "./b.ts";' })).toEqual([]);
    },
  );

  test("lets only the extension, the host and the tests inside VS Code import vscode", () => {
    const allowed = Object.keys(rooms).filter((name) => {
      const { path } = rooms[name]!;
      const file = path.endsWith("/") ? `${path}a.ts` : path;
      return complaints({ [file]: 'import { window } from "vscode";' }).length === 0;
    });
    expect(allowed.sort()).toEqual(["extension", "host", "test/host"]);
  });

  test("keeps product code away from tests, scripts and benchmarks", () => {
    for (const file of ["src/engine/a.ts", "src/cli/a.ts", "src/host/a.ts"]) {
      for (const other of ["test/util/a.ts", "scripts/a.ts", "bench/a.ts"]) {
        expect(complaints({ [file]: `import "../../${other}";` })).toHaveLength(1);
      }
    }
  });

  test("keeps evaluation out of the host and the webview, also through another file", () => {
    const shared = {
      "src/loss/evaluate.ts": "export const a = 1;",
      "src/loss/print.ts": 'import { a } from "./evaluate.ts";',
      "src/loss/parse.ts": 'import type { A } from "./evaluate.ts";',
    };
    for (const [file, up] of [
      ["src/host/a.ts", "../"],
      ["webview/a.ts", "../src/"],
    ] as const) {
      expect(complaints({ ...shared, [file]: `import "${up}loss/evaluate.ts";` })).toHaveLength(1);
      expect(complaints({ ...shared, [file]: `import "${up}loss/print.ts";` })).toHaveLength(1);
      expect(complaints({ ...shared, [file]: `import "${up}loss/parse.ts";` })).toEqual([]);
    }
    expect(complaints({ ...shared, "src/engine/a.ts": 'import "../loss/evaluate.ts";' })).toEqual([]);
  });

  test("refuses a file in no room", () => {
    expect(complaints({ "src/helpers/a.ts": "" })).toHaveLength(1);
    expect(complaints({ "src/helpers.ts": "" })).toHaveLength(1);
    expect(roomOf("test/host/suite/index.ts")).toBe("test/host");
    expect(roomOf("test/hosting.ts")).toBe("test");
  });
});

test("the rooms of the product import one another without a cycle", () => {
  const outside = new Set(["bench", "screenshots", "scripts", "test", "test/host"]);
  const inner = Object.keys(rooms).filter((name) => !outside.has(name));
  const settled = new Set<string>();
  for (let round = 0; round < inner.length; round++) {
    for (const name of inner) {
      if (rooms[name]!.mayImport.every((other) => settled.has(other))) settled.add(name);
    }
  }
  expect([...settled].sort()).toEqual(inner.sort());
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jsonLines, pgi } from "../../util/cli.ts";
import { sharedFolder } from "../../util/temporaryFolder.ts";

const folder = sharedFolder();

function dataFile(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const plain = {
  scalars: { gamma: 0.5, beta: "NaN" },
  data: {
    r: [1, 2, 4],
    x: [3, "Infinity", -1],
    done: [false, false, true],
    m: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  },
};

async function evaluate(text: string, data: string): Promise<Record<string, unknown>> {
  const { exit, out, error } = await pgi("loss", text, "--data", data, "--json");
  expect([exit, error], text).toEqual([0, ""]);
  const lines = jsonLines(out);
  expect(lines).toHaveLength(1);
  return lines[0]!;
}

describe("loss --json", () => {
  test("has value, shape, gradients and nodes, in that form", async () => {
    const data = dataFile("plain.json", plain);
    const text = "(gamma * r * r).sum()";
    const result = await evaluate(text, data);
    expect(Object.keys(result)).toEqual(["value", "shape", "grad", "nodes"]);
    expect(result).toMatchObject({ value: 10.5, shape: [], grad: { r: [1, 2, 4] } });
    const nodes = result.nodes as Record<string, unknown>[];
    for (const node of nodes) {
      expect(Object.keys(node)).toEqual(["start", "end", "text", "shape", "value", "adjoint"]);
      expect(text.slice(node.start as number, node.end as number)).toBe(node.text);
    }
    expect(nodes.at(-1)).toMatchObject({ text, value: 10.5, adjoint: 1 });
    expect(nodes.find((node) => node.text === "gamma * r")).toMatchObject({
      shape: [3],
      value: [0.5, 1, 2],
      adjoint: [1, 2, 4],
    });
  });

  test("spells NaN and the infinities as strings, everywhere", async () => {
    const result = await evaluate("(x * r).sum() + 0 * x.sum()", dataFile("plain.json", plain));
    expect(result.value).toBe("NaN");
    expect(result.grad).toEqual({ x: [1, 2, 4], r: [3, "Infinity", -1] });
    const minus = await evaluate("-x.sum()", dataFile("plain.json", plain));
    expect(minus.value).toBe("-Infinity");
  });

  test("gives gradients to vectors and tables of numbers, none to scalars and masks", async () => {
    const result = await evaluate("(m.sum(1) * r * ~done).sum() * gamma", dataFile("plain.json", plain));
    expect(Object.keys(result.grad as object).sort()).toEqual(["m", "r"]);
    expect(result.grad).toEqual({
      r: [1.5, 3.5, 0],
      m: [
        [0.5, 0.5],
        [1, 1],
        [0, 0],
      ],
    });
    expect(result.value).toBe(0.5 * (3 * 1 + 7 * 2));
  });

  test("gives a zero gradient as zeros, not as nothing", async () => {
    const result = await evaluate("(r.detach() * 2).sum()", dataFile("plain.json", plain));
    expect(result).toMatchObject({ value: 14, grad: { r: [0, 0, 0] } });
  });

  test("takes one set of a file that holds several", async () => {
    const several = dataFile("several.json", {
      scalars: { gamma: 0.5 },
      data: { main: { r: [1, 2] }, ties: { r: [5, 5] } },
    });
    expect((await evaluate("r.sum() * gamma", `${several}#main`)).value).toBe(1.5);
    expect((await evaluate("r.sum() * gamma", `${several}#ties`)).value).toBe(5);
    const missing = await pgi("loss", "r.sum()", "--data", `${several}#other`);
    expect(missing.exit).toBe(2);
    expect(missing.error).toMatch(/other.*main, ties/);
  });

  test("takes a text that begins with a minus, and one from a file", async () => {
    const data = dataFile("plain.json", plain);
    expect((await evaluate("-(r * gamma).sum()", data)).value).toBe(-3.5);
    const file = join(folder, "text.pgloss");
    writeFileSync(file, "# two lines\ns = r * gamma\nloss = -s.sum()\n");
    expect((await evaluate(file, data)).value).toBe(-3.5);
  });
});

describe("loss in words", () => {
  test("has a row for every expression, then the value and the gradients", async () => {
    const { exit, out } = await pgi("loss", "(r * gamma).sum()", "--data", dataFile("plain.json", plain));
    expect(exit).toBe(0);
    expect(out).toMatch(/^expression +shape +value +adjoint\n/);
    expect(out).toMatch(/^r \* gamma +\[3\] +0\.500000 1 2 +1 1 1$/m);
    expect(out).toMatch(/\nvalue 3\.50000 {2}shape \[\]\n∂\/∂r +0\.500000 0\.500000 0\.500000\n$/);
  });
});

import { describe, expect, test } from "vitest";
import { computeExpression, conformExpressions } from "../../../src/loss/conform.ts";
import { readDataSet, readNamedDataSet } from "../../../src/loss/dataSet.ts";
import { evaluationJson } from "../../../src/loss/nodeJson.ts";
import { applyFix, namedNumbers, numberEdit } from "../../../src/loss/scalars.ts";
import { sparkline, statisticsOf } from "../../../src/loss/statistics.ts";
import { compiled, evaluated, parsed } from "../../util/lossProgram.ts";

describe("numbers that become sliders", () => {
  const text = "beta = 1e-4  # weight\neps = -.2\nG = r * 2\nk = +3\nloss = beta * eps * k * G.sum()";

  test("are the lines that are a bare number", () => {
    expect(
      namedNumbers(parsed(text)).map(({ name, value, start, end }) => [name, value, text.slice(start, end)]),
    ).toEqual([
      ["beta", 1e-4, "1e-4"],
      ["eps", -0.2, "-.2"],
      ["k", 3, "+3"],
    ]);
  });

  test.each([0.5, -2, 0, -0, 1e-300, 123456789.123])("are replaced in the text by %d", (value) => {
    const [beta, eps] = namedNumbers(parsed(text));
    const changed = applyFix(applyFix(text, numberEdit(eps!, value)), numberEdit(beta!, value));
    expect(namedNumbers(parsed(changed)).map((number) => number.value + 0)).toEqual([
      value + 0,
      value + 0,
      3,
    ]);
    expect(changed).toContain("  # weight\n");
  });

  test("refuse a value that cannot be written", () => {
    expect(() => numberEdit(namedNumbers(parsed(text))[0]!, Number.NaN)).toThrow(RangeError);
  });
});

describe("statistics", () => {
  test("count what is not finite apart from the rest", () => {
    const values = Float64Array.of(1, Number.NaN, 3, Number.NEGATIVE_INFINITY, 5);
    expect(statisticsOf(values, [5], { first: 2 })).toEqual({
      shape: [5],
      count: 5,
      minimum: 1,
      mean: 3,
      maximum: 5,
      deviation: 2,
      notANumber: 1,
      infinite: 1,
      first: [1, Number.NaN],
      sparkline: "▁×▅×█",
    });
  });

  test("of nothing are not numbers", () => {
    expect(statisticsOf(new Float64Array(0), [0])).toMatchObject({
      count: 0,
      minimum: Number.NaN,
      sparkline: "",
    });
  });

  test.each<[number[], number, string]>([
    [[0, 1, 2, 3, 4, 5, 6, 7], 8, "▁▂▃▄▅▆▇█"],
    [[2, 2, 2], 24, "▄▄▄"],
    [[0, 0, 0, 0, 9, 0, 0, 0, 0, 0], 5, "▁▁█▁▁"],
    [[0, 0, 0, 0, 0, 0, 0, 0, -9, 0], 2, "█▁"],
    [[-1e308, 1e308], 2, "▁█"],
  ])("the sparkline of %j in %i characters keeps the peaks", (values, width, expected) => {
    expect(sparkline(Float64Array.from(values), width)).toBe(expected);
  });
});

describe("data sets", () => {
  test("hold numbers, columns, tables and flags", () => {
    const read = readDataSet({
      scalars: { γ: 0.9 },
      data: {
        r: [1, "NaN", "-Infinity"],
        m: [
          [1, 2],
          [3, 4],
        ],
        done: [true, false],
        x: 2,
      },
    });
    if (!read.ok) throw new Error(read.message);
    const { symbols, inputs } = read.dataSet;
    expect(symbols.get("gamma")).toMatchObject({ shape: [], number: true });
    expect(Array.from(inputs.get("r")!.data)).toEqual([1, Number.NaN, Number.NEGATIVE_INFINITY]);
    expect(inputs.get("m")!.shape).toEqual([2, 2]);
    expect(symbols.get("done")!.boolean).toBe(true);
    expect(symbols.get("x")!.shape).toEqual([]);
  });

  test.each([
    [undefined, "no object"],
    [{ data: [] }, "no object"],
    [{ data: { r: [1, "x"] } }, 'r holds "x"'],
    [{ data: { m: [[1, 2], [3]] } }, "rows of m"],
    [{ data: { r: [[[1]]] } }, "r holds [1]"],
    [{ data: { r: [null] } }, "r holds null"],
    [{ data: { r: [1, [2]] } }, "r holds [2]"],
    [{ scalars: 3, data: {} }, "scalars"],
  ])("%j is refused in one line", (json, message) => {
    const read = readDataSet(json);
    expect(read.ok ? "" : read.message).toContain(message);
  });

  test("a set is found by its own name only", () => {
    const file = { data: { main: { r: [1] } }, scalars: {} };
    expect(readNamedDataSet(file, "main").ok).toBe(true);
    for (const name of ["other", "constructor", "__proto__"]) {
      const read = readNamedDataSet(file, name);
      expect(read.ok ? "" : read.message).toContain("there are main");
    }
  });
});

describe("what is printed", () => {
  test("value, gradients and every node of a program", () => {
    const data = { r: [1, 2], done: [true, false], gamma: 0.5 };
    const text = "(gamma * r * ~done).sum()";
    const json = evaluationJson(compiled(text, data), evaluated(text, data));
    expect(json).toMatchObject({ value: 1, shape: [], grad: { r: [0, 0.5] } });
    expect(Object.keys(json.grad)).toEqual(["r"]);
    expect(
      json.nodes.map((node) => [text.slice(node.start, node.end), node.text, node.value, node.adjoint]),
    ).toEqual([
      ["gamma", "gamma", 0.5, 2],
      ["r", "r", [1, 2], [0, 0.5]],
      ["gamma * r", "gamma * r", [0.5, 1], [0, 1]],
      ["done", "done", [true, false], [0, 0]],
      ["~done", "~done", [false, true], [0, 0]],
      ["gamma * r * ~done", "gamma * r * ~done", [0, 1], [1, 1]],
      [text, text, 1, 1],
    ]);
    expect(JSON.parse(JSON.stringify(json))).toEqual({ ...json, grad: { r: [0, 0.5] } });
  });

  test("tables as rows, NaN and infinities as strings", () => {
    const data = {
      m: [
        [0, 1],
        [-1, 4],
      ],
    };
    const json = evaluationJson(compiled("log(m)", data), evaluated("log(m)", data));
    expect(json.value).toEqual([
      ["-Infinity", 0],
      ["NaN", Math.log(4)],
    ]);
    expect(json.grad).toEqual({
      m: [
        ["Infinity", 1],
        [-1, 0.25],
      ],
    });
  });

  test("a reference file gives one entry a case, wrong ones with their reason", () => {
    const file = {
      scalars: { gamma: 0.5 },
      data: { main: { r: [1, 2] } },
      cases: [
        { id: "a", data: "main", expr: "(gamma * r).sum()" },
        { id: "b", data: "none", expr: "r" },
        { id: "c", data: "main", expr: "r +" },
        { id: "d", data: "main", expr: "torch.roll(r, 1)" },
        { id: "e", data: "main", expr: "(r // 1).sum()" },
        { id: "f" },
      ],
    };
    const entries = [...conformExpressions(file)];
    expect(entries[0]).toEqual({ case: "a", computed: { shape: [], value: 1.5, grad: { r: [0.5, 0.5] } } });
    expect(entries[4]).toMatchObject({
      case: "e",
      computed: { value: 3, grad: {}, grad_error: expect.stringContaining("floor") },
    });
    expect(entries.map((entry) => ["case" in entry && entry.case, "error" in entry])).toEqual([
      ["a", false],
      ["b", true],
      ["c", true],
      ["d", true],
      ["e", false],
      ["f", true],
    ]);
    expect([...conformExpressions({})]).toEqual([]);
  });

  test("a truth value as PyTorch prints it", () => {
    const read = readDataSet({ data: { r: [1, 2] } });
    expect(computeExpression("r.sum() > 2", read)).toEqual({ shape: [], value: true, grad: { r: [0, 0] } });
  });
});

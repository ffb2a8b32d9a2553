import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { diagnoseLoss } from "../../../src/loss/diagnose.ts";
import { compileLoss } from "../../../src/loss/evaluate.ts";
import { DEFAULT_BUDGET, MAXIMUM_BYTES } from "../../../src/loss/limits.ts";
import { offeredSymbols } from "../../../src/loss/names.ts";
import { parseLoss } from "../../../src/loss/parse.ts";
import { firstNonFinite } from "../../../src/loss/statistics.ts";
import { compiled, errorsOf, evaluated, prepare } from "../../util/lossProgram.ts";

const DATA = { r: [1, 2, 3], V: [0.5, 0.25, 0.125], log_pi: [-1, -2, -3], gamma: 0.9 };
const INHERITED = [
  "constructor",
  "__proto__",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "prototype",
  "__defineGetter__",
  "isPrototypeOf",
];

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("prototype access", () => {
  test.each(INHERITED)("%s is no name, no operator, no member, no keyword and no index", (word) => {
    expect(errorsOf(word, DATA)[0]!.code).toBe("unknown-name");
    expect(errorsOf(`${word}(r)`, DATA)[0]!.code).toBe("unknown-operator");
    expect(errorsOf(`r.${word}()`, DATA)[0]!.code).toBe("unknown-operator");
    expect(errorsOf(`r.${word}`, DATA)[0]!.code).toBe("member");
    expect(errorsOf(`sum(r, ${word}=1)`, DATA)[0]!.code).toBe("argument");
    expect(errorsOf(`r[${word}]`, DATA)[0]!.code).toBe("unknown-name");
    expect(errorsOf(`torch.${word}`, DATA)[0]!.code).toBe("unknown-name");
    expect(errorsOf(`F.mse_loss(r, V, reduction='${word}')`, DATA)[0]!.code).toBe("argument");
  });

  test.each(INHERITED)("a line may be named %s without touching any prototype", (word) => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    const keys = Object.keys({}).length;
    expect(evaluated(`${word} = r * 2\n${word}.sum()`, DATA).value).toBe(12);
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
    expect(Object.keys({})).toHaveLength(keys);
  });

  test("computed names and strings as indices are refused", () => {
    expect(errorsOf("r['constructor']", DATA)[0]!.code).toBe("string");
    expect(errorsOf('r["__proto__"]', DATA)[0]!.code).toBe("string");
    expect(errorsOf("r[r]", DATA)[0]!.code).toBe("index");
  });
});

describe("code generation", () => {
  test("nothing is compiled to JavaScript", () => {
    const refuse = () => {
      throw new Error("code was generated");
    };
    vi.stubGlobal("Function", refuse);
    vi.stubGlobal("eval", refuse);
    expect(evaluated("-(gamma ** 2 * r * log_pi).sum()", DATA).value).toBeCloseTo(0.81 * 14);
  });

  test.each([
    "r;process.exit()",
    "r)});alert(1)//",
    "`r`",
    "r => r",
    "function(){}",
    "new Date",
    "import('fs')",
  ])("%s is refused as text", (text) => {
    expect(errorsOf(text, DATA).length).toBeGreaterThan(0);
  });
});

describe("regular expressions that run for ever", () => {
  test.each([
    ["digits", "1".repeat(4000)],
    ["underscores", `1${"_".repeat(4000)}`],
    ["exponents", "1e".repeat(2000)],
    ["dots", ".".repeat(4000)],
    ["letters", "a".repeat(4000)],
    ["spaces", `r${" ".repeat(4000)}!`],
    ["quotes", "'".repeat(4000)],
    ["comments", "#".repeat(4000)],
    ["newlines", "\n".repeat(4000)],
    ["combining marks", `a${"\u0301".repeat(2000)}`],
    ["policy arguments", "log π(".repeat(500)],
    ["a long unknown name", `${"discounted_return".repeat(200)}`],
  ])("%s are read in linear time", (_, text) => {
    const start = performance.now();
    diagnoseLoss(text, offeredSymbols());
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe("nesting", () => {
  test.each(["(", "[", "-", "~", "exp(", "r[", "2**", "f(x=", "((((-"])(
    "%s without end is refused and no stack overflows",
    (opening) => {
      const text = opening.repeat(Math.floor(MAXIMUM_BYTES / opening.length));
      expect(parseLoss(text).diagnostics.length).toBeGreaterThan(0);
    },
  );

  test("a chain of methods and a chain of sums are no nesting", () => {
    expect(errorsOf(`r${".neg()".repeat(500)}.sum()`, DATA)).toEqual([]);
    expect(errorsOf(`(${Array(900).fill("r").join("+")}).sum()`, DATA)).toEqual([]);
  });
});

describe("shape bombs", () => {
  const long = { r: Array.from({ length: 30_000 }, (_, t) => t), V: Array.from({ length: 30_000 }, () => 1) };

  test("an outer product over the budget is refused before it runs, by name", () => {
    const [found] = errorsOf("x = (r[:, None] * V[None, :])\nx.sum()", long);
    expect(found!.code).toBe("cost");
    expect(found!.message).toContain("r[:, None] * V[None, :]");
    expect(found!.message).toContain("[30000, 30000]");
  });

  test("many values that are small alone are refused together", () => {
    const text = Array.from({ length: 60 }, (_, line) => `x${line} = r * ${line}`).join("\n");
    const { symbols, inputs } = prepare(long);
    const budget = { ...DEFAULT_BUDGET, bytes: 2 ** 23 };
    const { compiled: loss } = compileLoss(parseLoss(text).program!, symbols, { budget });
    const result = loss!.evaluate(inputs);
    expect(result.ok ? "" : result.diagnostics[0]!.message).toMatch(
      /the values up to r \* \d+ need more than 8 MB/,
    );
  });

  test("an operator that works longer than its result is large is refused by its work", () => {
    const [found] = errorsOf(
      "n_step(r, V, 0.9, 1000000).sum() * n_step(r, V, 0.8, 1000000).sum() * n_step(r, V, 0.7, 99999).sum()",
      long,
    );
    expect(found!.code).toBe("cost");
    expect(found!.message).toContain("n_step(r, V");
  });

  test("one_hot with a huge number of classes is refused", () => {
    expect(errorsOf("one_hot(r, 1000000000)", { r: [0, 1] })[0]!.code).toBe("cost");
  });

  test("a tower of powers is a number, not a memory", () => {
    const tower = `${Array(60).fill("9").join("**")} + r.sum() * 0`;
    const started = performance.now();
    expect(evaluated(tower, DATA).value).toBe(Number.POSITIVE_INFINITY);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(errorsOf(`${Array(200).fill("9").join("**")}`, DATA)[0]!.code).toBe("depth");
  });

  test("products of columns along ever new axes stay within two dimensions", () => {
    expect(errorsOf("r[:, None][:, None].sum()", DATA)[0]!.code).toBe("rank");
    const text = Array.from(
      { length: 40 },
      (_, line) => `x${line + 1} = x${line}[:, None] * x${line}[None, :]`,
    );
    expect(errorsOf(`x0 = r\n${text.join("\n")}`, long)[0]!.code).toMatch(/cost|rank|index/);
  });

  test("doubling a name on every line neither takes long nor overflows", () => {
    const text = Array.from({ length: 200 }, (_, line) => `x${line + 1} = x${line} + x${line}`).join("\n");
    expect(evaluated(`x0 = r * 0\n${text}`, DATA).value).toBe(0);
  });
});

describe("long runs", () => {
  test("evaluation stops at its deadline, between two operators", () => {
    const { inputs } = prepare(DATA);
    let now = 0;
    const deadline = { at: 3, now: () => ++now };
    const result = compiled("r * 1 + 2 - 3 * V", DATA).evaluate(inputs, { deadline });
    expect(result.ok ? "" : result.diagnostics[0]!.code).toBe("deadline");
  });

  test("evaluation within its deadline gives the same numbers", () => {
    const options = { deadline: { at: 1, now: () => 0 } };
    expect(evaluated("-(r * log_pi).sum()", DATA, options).adjoint("log_pi")).toEqual(
      Float64Array.of(-1, -2, -3),
    );
  });
});

describe("NaN poisoning", () => {
  test("the first expression that makes a NaN is named with its row", () => {
    const text = "w = log(r - 2)\nloss = -(w * log_pi).sum()";
    const loss = compiled(text, DATA);
    const evaluation = evaluated(text, DATA);
    expect(firstNonFinite(loss, evaluation)).toMatchObject({
      text: "log(r - 2)",
      index: 0,
      value: Number.NaN,
    });
  });

  test("an infinity is named where no NaN arose", () => {
    const text = "(1 / (r - 2)).abs().sum()";
    expect(firstNonFinite(compiled(text, DATA), evaluated(text, DATA))).toMatchObject({
      text: "1 / (r - 2)",
      index: 1,
    });
    expect(firstNonFinite(compiled("r.sum()", DATA), evaluated("r.sum()", DATA))).toBeUndefined();
  });
});

describe("markup in names and messages", () => {
  const markup = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "&lt;b&gt;",
    "[x](command:evil)",
    "$(fire)",
  ];

  test.each(markup)("%s is refused as text, and a message quotes at most what stands there", (text) => {
    const errors = errorsOf(`loss = -(r * log_pi).sum() + ${text}`, DATA);
    expect(errors.length).toBeGreaterThan(0);
    for (const { start, end } of errors) expect(end - start).toBeLessThanOrEqual(text.length);
  });
});

describe("unstable forms", () => {
  test("log(softmax) is told, with the form that does not overflow", () => {
    const { diagnostics } = diagnoseLoss("log(softmax(logits, 1)).sum()", offeredSymbols());
    expect(diagnostics.map(({ code }) => code)).toContain("unstable-log");
    const big = { logits: [[1000, 0]], r: [1] };
    expect(evaluated("log(softmax(logits, 1)).sum()", big).value).toBe(Number.NEGATIVE_INFINITY);
    expect(evaluated("log_softmax(logits, 1).sum()", big).value).toBe(-1000);
  });
});

describe("unicode in disguise", () => {
  test.each([
    ["full-width letters", "ｒ.sum()"],
    ["Cyrillic letters", "г.sum()"],
    ["a zero-width space", "r\u200b.sum()"],
    ["a right-to-left override", "r\u202e.sum()"],
    ["an escape", "\\u0072.sum()"],
    ["an accented Greek letter", "γ\u0301 * r"],
    ["a ligature", "ﬀ(r)"],
    ["a mathematical letter", "𝑟.sum()"],
    ["a lone surrogate", "r + \ud800"],
    ["a null character", "r\u0000"],
  ])("%s are refused", (_, text) => {
    expect(errorsOf(text, DATA)[0]!.code).toBe("character");
  });

  test("composed and decomposed texts and both letters mu mean the same", () => {
    expect(evaluated("µ = r\nμ.sum()", DATA).value).toBe(6);
  });
});

describe("any text at all", () => {
  const words = [
    "r",
    "V",
    "log_pi",
    "γ",
    "sum",
    ".",
    "(",
    ")",
    "[",
    "]",
    ":",
    ",",
    "+",
    "-",
    "*",
    "**",
    "//",
    "@",
    "&",
    "~",
    "<",
    "=",
    "\n",
    "1",
    "0.5",
    "1e9",
    "'",
    "#",
    "None",
    "where",
    "log π",
    "detach",
    "_",
    "∇",
    "\\",
    ";",
  ];

  test("never throws, hangs or gives a diagnostic outside of the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(fc.constantFrom(...words)).map((parts) => parts.join(" ")),
        ),
        (text) => {
          const { compiled: loss, diagnostics } = diagnoseLoss(text, prepare(DATA).symbols);
          for (const { start, end, message } of diagnostics) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(Math.max(text.length, 1));
            expect(message).not.toBe("");
          }
          if (loss) loss.evaluate(prepare(DATA).inputs);
          else expect(diagnostics.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 2000, seed: 3 },
    );
  });
});

import { describe, expect, test } from "vitest";
import { compileLoss } from "../../../src/loss/evaluate.ts";
import { headNames, offeredSymbols } from "../../../src/loss/names.ts";
import { scalar, vector } from "../../../src/loss/tensor.ts";
import {
  compiled,
  errorsOf,
  evaluated,
  gradientOf,
  numbersOf,
  parsed,
  prepare,
} from "../../util/lossProgram.ts";

const DATA = {
  r: [1, -2, 0.5, 3],
  t: [0, 1, 2, 3],
  log_pi: [-0.5, -1, -0.25, -2],
  V: [0.5, 1, -1, 2],
  done: [false, true, false, true],
  gamma: 0.9,
};

describe("conventions of NumPy and PyTorch that differ", () => {
  test("std is PyTorch's with n - 1, np. and jnp. divide by n, and both can be told", () => {
    const torch = numbersOf("r.std()", DATA);
    const numpy = numbersOf("np.std(r)", DATA);
    expect(numbersOf("torch.std(r)", DATA)).toEqual(torch);
    expect(numbersOf("r.std(unbiased=False)", DATA)).toEqual(numpy);
    expect(numbersOf("r.std(False)", DATA)).toEqual(numpy);
    expect(numbersOf("jnp.std(r)", DATA)).toEqual(numpy);
    expect(numbersOf("np.std(r, ddof=1)", DATA)).toEqual(torch);
    expect(numbersOf("r.var(correction=0)", DATA)).toEqual(numbersOf("np.var(r)", DATA));
    expect(torch[0]! / numpy[0]!).toBeCloseTo(Math.sqrt(4 / 3), 14);
  });

  test("max along an axis is refused where PyTorch returns a pair, and taken where NumPy returns values", () => {
    expect(numbersOf("np.max(r, 0)", DATA)).toEqual([3]);
    expect(numbersOf("r.max(axis=0)", DATA)).toEqual([3]);
    expect(errorsOf("r.max(0)", DATA)[0]!.hint).toContain("amax");
    expect(errorsOf("torch.max(r, dim=0)", DATA)[0]!.hint).toContain("amax");
    expect(numbersOf("torch.max(r, V)", DATA)).toEqual([1, 1, 0.5, 3]);
    expect(numbersOf("max(gamma, 2)", DATA)).toEqual([2]);
  });

  test("floor division follows Python, also where the quotient is not exact", () => {
    expect(numbersOf("r // 1", DATA)).toEqual([1, -2, 0, 3]);
    expect(numbersOf("1 // 0.1 + 0 * V[0]", DATA)).toEqual([9]);
    expect(numbersOf("-7 // 2 + 0 * V[0]", DATA)).toEqual([-4]);
    expect(numbersOf("-7 % 3 + 0 * V[0]", DATA)).toEqual([2]);
  });

  test("powers of 1 and -1 are those of C, not of JavaScript", () => {
    expect(numbersOf("1 ** x", { x: [Number.NaN, Infinity] })).toEqual([1, 1]);
    expect(numbersOf("(-1) ** x", { x: [Infinity, -Infinity] })).toEqual([1, 1]);
  });

  test("gamma ** t from the table has the bits of plain powers", () => {
    const t = Array.from({ length: 2000 }, (_, step) => step % 700);
    const expected = t.map((step) => 0.97 ** step);
    expect(numbersOf("gamma ** t", { gamma: 0.97, t })).toEqual(expected);
    expect(numbersOf("0.5 ** t", { t: [0, 1, 2.5, -1] })).toEqual([1, 0.5, 0.5 ** 2.5, 2]);
    expect(numbersOf("0 ** t", { t: [0, 1, 2] })).toEqual([1, 0, 0]);
    expect(numbersOf("gamma ** t", { gamma: 0.97, t: [0, 1, 1e9] })).toEqual([1, 0.97, 0]);
  });
});

describe("names", () => {
  test("a line shadows the data and may be written anew", () => {
    expect(evaluated("r = r * 2\nr = r + 1\nr.sum()", DATA).value).toBe(9);
  });

  test("every use of a name has the adjoint of what it names", () => {
    const text = "w = r * 2\nloss = (w * w).sum()";
    const program = parsed(text);
    const evaluation = evaluated(text, DATA);
    const uses = program.nodes.filter((node) => node.kind === "name" && node.name === "w");
    expect(uses).toHaveLength(2);
    for (const use of uses)
      expect(evaluation.node(use.id)!.adjoint).toEqual(Float64Array.from(DATA.r, (value) => 4 * value));
  });

  test("what is no tensor has no value", () => {
    const text = "np.sum(r, axis=None)";
    const [name, none] = parsed(text).nodes;
    expect(evaluated(text, DATA).node(name!.id)!.shape).toEqual([4]);
    expect(evaluated(text, DATA).node(none!.id)).toBeUndefined();
  });

  test("np.pi is a number while pi is the policy", () => {
    expect(evaluated("r.sum() * np.pi", DATA).value).toBe(2.5 * Math.PI);
    expect(errorsOf("r.sum() * pi", DATA)[0]!.code).toBe("unknown-name");
  });
});

describe("gradients", () => {
  test("detach stops them and keeps the adjoint of the detached value itself", () => {
    const text = "(r.detach() * V).sum()";
    const evaluation = evaluated(text, DATA);
    expect(Array.from(evaluation.adjoint("r")!)).toEqual([0, 0, 0, 0]);
    const detached = parsed(text).nodes.find((node) => node.kind === "call" && node.name === "detach")!;
    expect(Array.from(evaluation.node(detached.id)!.adjoint)).toEqual(DATA.V);
  });

  test("are those of the sum where the loss is no scalar", () => {
    const evaluation = evaluated("r ** 2", DATA);
    expect(evaluation.value).toBe(14.25);
    expect(Array.from(evaluation.adjoint("r")!)).toEqual([2, -4, 1, 6]);
  });

  test("are given for constants and hyperparameters too", () => {
    expect(gradientOf("(gamma * r).sum()", DATA, "gamma")).toEqual([2.5]);
    expect(Array.from(evaluated("(t * r).sum()", DATA).adjoint("t")!)).toEqual(DATA.r);
  });

  test("a name that is not used has none, one that is used in a dead line has zeros", () => {
    const evaluation = evaluated("x = log(V - 0.5)\nr.sum()", DATA);
    expect(evaluation.adjoint("log_pi")).toBeUndefined();
    expect(Array.from(evaluation.adjoint("V")!)).toEqual([0, 0, 0, 0]);
  });

  test("gamma moves a loss through its returns", () => {
    expect(gradientOf("discounted_returns(r, gamma)[0]", { r: [1, 1, 1], gamma: 0.5 }, "gamma")).toEqual([2]);
  });

  test("floor division on the way of the gradient is an error beside the value, and none on constants", () => {
    const { symbols } = prepare(DATA);
    const codes = (text: string, differentiable?: Set<string>) =>
      compileLoss(parsed(text), symbols, differentiable ? { differentiable } : {}).diagnostics.map(
        ({ code }) => code,
      );
    expect(codes("(V // 1).sum()")).toEqual(["no-derivative"]);
    expect(codes("(V // 1).detach().sum()")).toEqual([]);
    expect(codes("((t // 2) * V).sum()", new Set(["V"]))).toEqual([]);
  });
});

describe("episodes in one batch", () => {
  const data = {
    r: [1, 1, 1, 1],
    V: [10, 20, 30, 40],
    terminated: [false, true, false, false],
    truncated: [false, false, false, false],
  };

  test("returns restart after a terminated row, taken from the data", () => {
    expect(numbersOf("discounted_returns(r, 1)", data)).toEqual([2, 1, 2, 1]);
    expect(numbersOf("discounted_returns(r, 1, bootstrap=100)", data)).toEqual([2, 1, 102, 101]);
  });

  test("a truncated row is followed by its own bootstrap value", () => {
    const cut = { ...data, truncated: [true, false, false, false] };
    expect(numbersOf("discounted_returns(r, 1, bootstrap=V)", cut)).toEqual([11, 1, 42, 41]);
  });

  test("done stands in where terminated is not recorded, and can be given by name", () => {
    expect(numbersOf("discounted_returns(r, 1)", { r: [1, 1], done: [true, false] })).toEqual([1, 1]);
    expect(numbersOf("discounted_returns(r, 1, done=h)", { r: [1, 1], h: [true, false] })).toEqual([1, 1]);
    expect(numbersOf("discounted_returns(r, 1)", { r: [1, 1] })).toEqual([2, 1]);
  });

  test("a column of another length clashes with the flags by name of both shapes", () => {
    expect(errorsOf("discounted_returns(r[1:], 1)", data)[0]!.message).toContain("[3] and [4]");
  });
});

describe("one compiled loss", () => {
  const text = "G = discounted_returns(r, gamma)\nloss = -(gamma**t * G.detach() * log_pi).sum()";
  const program = parsed(text);
  const { compiled: loss } = compileLoss(program, offeredSymbols(), { differentiable: headNames() });

  function episode(steps: number) {
    const column = (value: (t: number) => number) =>
      vector(Array.from({ length: steps }, (_, t) => value(t)));
    const flags = { ...column(() => 0), boolean: true };
    return new Map([
      ["r", column((t) => Math.sin(t))],
      ["t", column((t) => t)],
      ["log_pi", column((t) => -1 - t)],
      ["terminated", flags],
      ["truncated", flags],
      ["gamma", scalar(0.9)],
    ]);
  }

  function fresh(steps: number) {
    const again = compileLoss(program, offeredSymbols()).compiled!.evaluate(episode(steps));
    if (!again.ok) throw new Error("refused");
    return again;
  }

  test("gives the same bits at every length, in any order, with reused arrays", () => {
    for (const steps of [5, 300, 1, 5, 0, 1000, 300, 2, 1000, 5]) {
      const lean = loss!.evaluate(episode(steps), { keep: "leaves" });
      if (!lean.ok) throw new Error("refused");
      const whole = fresh(steps);
      expect(lean.value).toBe(whole.value);
      expect(lean.adjoint("log_pi")).toEqual(whole.adjoint("log_pi"));
    }
  });

  test("leaves the inputs as they were and keeps no hold on them where everything is kept", () => {
    const inputs = episode(10);
    const before = inputs.get("log_pi")!.data.slice();
    const evaluation = loss!.evaluate(inputs);
    if (!evaluation.ok) throw new Error("refused");
    expect(inputs.get("log_pi")!.data).toEqual(before);
    inputs.get("log_pi")!.data.fill(7);
    expect(evaluation.leaf("log_pi")!.value).toEqual(before);
  });

  test("gives zeros to a head that gradient does not reach", () => {
    const text = "-(log_pi.detach() * r).sum() + V.sum()";
    const detached = compileLoss(parsed(text), offeredSymbols(), { differentiable: headNames() }).compiled!;
    const inputs = new Map([...episode(3), ["V", vector([1, 2, 3])]]);
    for (const keep of ["all", "leaves"] as const) {
      const result = detached.evaluate(inputs, { keep });
      expect(result.ok && Array.from(result.adjoint("log_pi")!)).toEqual([0, 0, 0]);
      expect(result.ok && Array.from(result.adjoint("V")!)).toEqual([1, 1, 1]);
    }
  });

  test("names an input that is missing or has another rank", () => {
    const inputs = episode(3);
    inputs.delete("log_pi");
    for (const keep of ["all", "leaves"] as const) {
      const result = loss!.evaluate(inputs, { keep });
      expect(result.ok ? "" : result.diagnostics[0]!.message).toContain("log_pi is not among the data");
    }
    inputs.set("log_pi", { shape: [3, 1], data: new Float64Array(3) });
    const result = loss!.evaluate(inputs);
    expect(result.ok ? "" : result.diagnostics[0]!.message).toContain("[3, 1] where [T] was expected");
  });

  test("refuses an array that does not fill its shape", () => {
    expect(() =>
      loss!.evaluate(new Map([...episode(3), ["r", { shape: [3], data: new Float64Array(2) }]])),
    ).toThrow(RangeError);
  });
});

describe("values that make no sense", () => {
  const logits = {
    logits: [
      [1, 2],
      [3, 4],
    ],
    a: [0, 2],
  };

  test("an action that does not exist is named with its step", () => {
    expect(errorsOf("cross_entropy(logits, a)", logits)[0]!.message).toBe(
      "the action 2 at step 1 is no whole number from 0 to 1",
    );
    expect(errorsOf("one_hot(a, 2)", logits)[0]!.message).toContain("the action 2 at step 1");
    expect(errorsOf("logits.gather(1, a.unsqueeze(1))", logits)[0]!.message).toContain(
      "the index 2 at place 1",
    );
  });

  test("a loss that was refused can be evaluated again with better data", () => {
    const loss = compiled("cross_entropy(logits, a)", logits);
    const { inputs } = prepare(logits);
    expect(loss.evaluate(inputs, { keep: "leaves" }).ok).toBe(false);
    expect(loss.evaluate(prepare({ ...logits, a: [0, 1] }).inputs, { keep: "leaves" }).ok).toBe(true);
  });
});

describe("sums", () => {
  test("run from the first element to the last", () => {
    const r = Array.from({ length: 1000 }, (_, t) => Math.sin(t) * 10 ** (t % 17));
    const expected = r.reduce((total, value) => total + value, 0);
    expect(evaluated("r.sum()", { r }).value).toBe(expected);
    expect(evaluated("r", { r }).value).toBe(expected);
    expect(evaluated("r.mean()", { r }).value).toBe(expected / 1000);
  });
});

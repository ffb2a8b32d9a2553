import { describe, expect, test } from "vitest";
import { parseLoss } from "../../../src/loss/parse.ts";
import type { Expression } from "../../../src/loss/syntax.ts";
import { parsed } from "../../util/lossProgram.ts";

/** The expression with every operation in brackets. */
function bracketed(node: Expression): string {
  switch (node.kind) {
    case "number":
      return String(node.value);
    case "name":
      return node.name;
    case "text":
      return JSON.stringify(node.value);
    case "constant":
      return String(node.value);
    case "list":
      return `[${node.items.map(bracketed).join(" ")}]`;
    case "unary":
      return `(${node.operator} ${bracketed(node.operand)})`;
    case "binary":
      return `(${bracketed(node.left)} ${node.operator} ${bracketed(node.right)})`;
    case "call": {
      const given = node.arguments.map(
        ({ keyword, value }) => (keyword ? `${keyword}=` : "") + bracketed(value),
      );
      return `${node.name}{${given.join(" ")}}`;
    }
    case "index":
      return `${bracketed(node.target)}[${node.entries.length}]`;
  }
}

function tree(text: string): string {
  return bracketed(parsed(text).result.expression);
}

function complaint(text: string): { code: string; message: string; hint: string | undefined; at: string } {
  const [first] = parseLoss(text).diagnostics;
  if (!first) throw new Error(`${text} was accepted`);
  return {
    code: first.code,
    message: first.message,
    hint: first.hint,
    at: text.slice(first.start, first.end),
  };
}

describe("precedence is Python's", () => {
  test.each([
    ["a + b * c", "(a + (b * c))"],
    ["a - b - c", "((a - b) - c)"],
    ["a / b * c", "((a / b) * c)"],
    ["-r ** 2", "(- (r ** 2))"],
    ["2 ** -1", "(2 ** (- 1))"],
    ["a ** b ** c", "(a ** (b ** c))"],
    ["-a * b", "((- a) * b)"],
    ["- - a", "(- (- a))"],
    ["a * -b ** -c * d", "((a * (- (b ** (- c)))) * d)"],
    ["~a & b | c", "(((~ a) & b) | c)"],
    ["a > 0", "(a > 0)"],
    ["a + 1 > b * 2", "((a + 1) > (b * 2))"],
    ["a & b == c", "((a & b) == c)"],
    ["a | b & c", "(a | (b & c))"],
    ["a @ b + c", "((a @ b) + c)"],
    ["a // b % c", "((a // b) % c)"],
    ["x.sum() ** 2", "(sum{x} ** 2)"],
    ["-x.sum()", "(- sum{x})"],
    ["-x[0] ** 2", "(- (x[1] ** 2))"],
    ["(a + b).mean(0)", "mean{(a + b) 0}"],
    ["γ^t * G", "((gamma ** t) * G)"],
  ])("%s is %s", (text, expected) => {
    expect(tree(text)).toBe(expected);
  });
});

describe("what people paste", () => {
  test.each([
    ["torch.exp(x)", "exp{x}"],
    ["torch.nn.functional.relu(x)", "relu{x}"],
    ["nn.functional.relu(x)", "relu{x}"],
    ["F.softmax(x, dim=-1)", "softmax{x dim=(- 1)}"],
    ["jnp.where(a > 0, b, c)", "where{(a > 0) b c}"],
    ["jax.lax.stop_gradient(x)", "stop_gradient{x}"],
    ["np.sum(x, axis=(0, 1))", "sum{x axis=[0 1]}"],
    ["F.mse_loss(V, G, reduction='sum')", 'mse_loss{V G reduction="sum"}'],
    ["log π", "log_pi"],
    ["ln π(A|S,θ)", "log_pi"],
    ["log pi", "log_pi"],
    ["logπ", "logpi"],
    ["log_pi(a|s)", "log_pi"],
    ["G * log π(a|s) * 2", "((G * log_pi) * 2)"],
    ["log(pi)", "log{pi}"],
    ["flip(r, [0])", "flip{r [0]}"],
    ["x[:, None]", "x[2]"],
    ["gae(r, V, gamma, lambda=0.95)", "gae{r V gamma lambda=0.95}"],
    ["G.std(unbiased=False)", "std{G unbiased=false}"],
    ["F = x\nF.detach()", "detach{F}"],
  ])("%s is read", (text, expected) => {
    expect(tree(text)).toBe(expected);
  });

  test("the result is the last line named loss, else the last line", () => {
    expect(tree("loss = a\nb = c")).toBe("a");
    expect(tree("loss = a\nloss = b\nc")).toBe("b");
    expect(tree("a = b\nc")).toBe("c");
  });

  test("lines may go on inside brackets", () => {
    expect(tree("loss = (a\n  + b\n  # why\n  + c)\n")).toBe("((a + b) + c)");
  });
});

describe("positions", () => {
  const text = "loss = -(G * log_pi).sum()";

  test("every node covers its own text", () => {
    const shown = parsed(text).nodes.map(({ start, end }) => text.slice(start, end));
    expect(shown).toEqual(["G", "log_pi", "G * log_pi", "(G * log_pi).sum()", "-(G * log_pi).sum()"]);
  });

  test("ids count up from operands to what uses them", () => {
    const { nodes } = parsed("a = b + c * d\na[1:] - f(a, b)");
    nodes.forEach((node, index) => {
      expect(node.id).toBe(index);
      if (node.kind === "binary") expect(Math.max(node.left.id, node.right.id)).toBeLessThan(node.id);
    });
  });
});

describe("limits", () => {
  const nested = (depth: number) => `${"(".repeat(depth)}r${")".repeat(depth)}`;

  test("64 levels of brackets are read and 65 are refused", () => {
    expect(parseLoss(nested(64)).diagnostics).toEqual([]);
    expect(complaint(nested(65))).toMatchObject({ code: "depth", message: expect.stringContaining("64") });
  });

  test.each(["-", "~", "2 ** ", "exp(", "r[", "[", "r.f("])(
    "65 levels of %s are refused as well",
    (opening) => {
      const text = `${opening.repeat(65)}r`;
      expect(complaint(text).code).toBe("depth");
    },
  );

  test("depth is counted anew on every line and side by side", () => {
    expect(parseLoss(`a = ${nested(64)}\n${nested(64)} + ${nested(64)}`).diagnostics).toEqual([]);
  });

  test("a long flat sum is not deep", () => {
    expect(parseLoss(Array(900).fill("r").join("+")).diagnostics).toEqual([]);
  });

  test("2,000 nodes are read and 2,001 are refused", () => {
    const exactly = `-${Array(1000).fill("r").join("+")}`;
    expect(parsed(exactly).nodes).toHaveLength(2000);
    expect(complaint(`-${exactly}`)).toMatchObject({
      code: "nodes",
      message: expect.stringContaining("2000"),
    });
  });

  test("4,096 bytes of UTF-8 are read and 4,097 are refused", () => {
    const exactly = `r #${"x".repeat(4093)}`;
    expect(parseLoss(exactly).diagnostics).toEqual([]);
    expect(complaint(`${exactly}x`)).toMatchObject({
      code: "length",
      message: expect.stringContaining("4097"),
    });
    expect(complaint(`r #${"γ".repeat(2047)}`).code).toBe("length");
  });
});

describe("wrong texts are told what is wrong and where", () => {
  test.each([
    ["", "empty", "no loss", ""],
    ["# only a comment", "empty", "no loss", "# only a comment"],
    ["a +", "expected", "line ends", "\n"],
    ["(a + b", "bracket", "never closed", "("],
    ["a + b)", "expected", "not expected", ")"],
    ["f(a, b=1, c)", "arguments", "without a name", "c"],
    ["2 a", "juxtaposition", "side by side", "a"],
    ["a b", "juxtaposition", "side by side", "b"],
    ["(a)(b)", "juxtaposition", "side by side", "("],
    ["0 < a < 1", "chain", "chained", "<"],
    ["a and b", "word", "joins no tensors", "and"],
    ["not a", "word", "inverts no tensor", "not"],
    ["a if b else c", "word", "no `if`", "if"],
    ["x.shape[0]", "member", "no member shape", "shape"],
    ["x.detach", "member", "no member detach", "detach"],
    ["f('x')", "string", "reduction=", "'x'"],
    ["f(mode='x')", "string", "reduction=", "'x'"],
    ["import torch", "statement", "no `import`", "import"],
    ["return loss", "statement", "no `return`", "return"],
    ["for x in y:", "statement", "no `for`", "for"],
    ["x[0] = 1", "assignment", "plain name", "x[0] ="],
    ["a =", "expected", "after a =", "a"],
    ["a += 1", "assignment", "not expected", "="],
    ["x[]", "expected", "empty", "["],
    ["()", "expected", "empty", "("],
    ["θ ← θ + x", "rule-sign", "update rule", "←"],
  ])("%j", (text, code, message, at) => {
    const found = complaint(text);
    expect(found.code).toBe(code);
    expect(found.message).toContain(message);
    expect(found.hint).toBeTruthy();
    if (at !== "\n") expect(found.at).toBe(at);
  });

  test("every wrong line is named", () => {
    expect(parseLoss("a = (1\n").diagnostics).toHaveLength(1);
    expect(parseLoss("a = 1 +\nb = 2\nc = * 3").diagnostics.map(({ start }) => start)).toEqual([7, 18]);
  });

  test("a fix puts the missing product in", () => {
    const [found] = parseLoss("2 G").diagnostics;
    expect(found!.fixes![0]!.edits).toEqual([{ start: 2, end: 2, text: "* " }]);
  });
});

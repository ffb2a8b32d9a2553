import fc from "fast-check";
import type { Data } from "./lossProgram.ts";

const STEPS = 4;
const column = fc.array(
  fc.integer({ min: -150, max: 150 }).map((value) => value / 100 + 0.0043),
  { minLength: STEPS, maxLength: STEPS },
);
const table = fc.array(
  fc.array(
    fc.integer({ min: -150, max: 150 }).map((value) => value / 100 + 0.0029),
    { minLength: 2, maxLength: 2 },
  ),
  { minLength: STEPS, maxLength: STEPS },
);
/** Columns of four steps for every name that a program uses, clear of whole numbers and of each other. */
export const programData: fc.Arbitrary<Data> = fc.record({
  r: column,
  V: column,
  log_pi: column,
  adv: column,
  logits: table,
  a: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: STEPS, maxLength: STEPS }),
  done: fc.array(fc.boolean(), { minLength: STEPS, maxLength: STEPS }),
  gamma: fc.constant(0.9),
  t: fc.constant([0, 1, 2, 3]),
});

/** Texts of columns and of scalars that call one another; most of the language occurs in them. */
export const { program } = fc.letrec<{ column: string; scalar: string; flag: string; program: string }>(
  (tie) => {
    const c = tie("column");
    const s = tie("scalar");
    const text =
      (template: string) =>
      (...parts: string[]) =>
        template.replace(/\$(\d)/g, (_, place) => parts[Number(place)]!);
    const one = (template: string) => c.map((a) => text(template)(a));
    const two = (template: string) => fc.tuple(c, c).map(([a, b]) => text(template)(a, b));
    const reduce = (template: string) => c.map((a) => text(template)(a));
    return {
      column: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.constantFrom("r", "V", "log_pi", "adv", "gamma ** t", "cross_entropy(logits, a)", "logits[:, 0]"),
        two("($0 + $1)"),
        two("($0 - $1)"),
        two("$0 * $1"),
        two("($0) / (1 + ($1) ** 2)"),
        two("torch.minimum($0, $1)"),
        two("maximum($0, $1)"),
        one("torch.tanh($0)"),
        one("torch.exp(-($0) ** 2)"),
        one("F.softplus($0)"),
        one("log_softmax($0, 0)"),
        one("($0).clamp(-1, 1)"),
        one("cumsum($0, 0)"),
        one("flip($0, [0])"),
        one("discounted_returns($0, gamma)"),
        one("normalize($0, 0.1)"),
        one("(logits * ($0).unsqueeze(1)).mean(1)"),
        two("gae($0, $1, gamma, 0.95)"),
        fc.tuple(tie("flag"), c, c).map(([f, a, b]) => `torch.where(${f}, ${a}, ${b})`),
        fc.tuple(s, c).map(([a, b]) => `(${a}) * ${b}`),
      ),
      scalar: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom("0.5", "gamma", "2"),
        reduce("($0).sum()"),
        reduce("mean($0)"),
        reduce("($0).std()"),
        reduce("($0)[1:].mean()"),
        reduce("($0)[-1]"),
        reduce("logsumexp($0, 0)"),
        reduce("($0).max()"),
        two("F.smooth_l1_loss($0, $1)"),
        two("dot($0, $1)"),
        s.map((a) => `-(${a})`),
      ),
      flag: fc.oneof(fc.constant("done"), two("($0 > $1)"), two("(($0 <= $1) & ~done)")),
      program: fc.oneof(
        fc.tuple(c, s).map(([a, b]) => `w = ${a}\nbeta = 0.1\nloss = -(w * log_pi).sum() + beta * ${b}`),
        fc.tuple(s, s).map(([a, b]) => `${a} - 0.5 * ${b}`),
        c,
      ),
    };
  },
);

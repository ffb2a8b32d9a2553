import { beforeAll, describe, expect, test } from "vitest";
import { jsonLines, pgi } from "../../util/cli.ts";
import { sharedFolder } from "../../util/temporaryFolder.ts";
import { trainedRun } from "../../util/trainedRun.ts";

const folder = sharedFolder();
const rule = "θ ← θ + α γ^t G ∇ln π(A|S,θ)";
let run: string;

beforeAll(async () => {
  run = await trainedRun(folder, "a.pgrun", "--updates", "12", "--seed", "2");
});

describe("pgi derive", () => {
  test("prints the rule, the loss and what to know", async () => {
    const { exit, out } = await pgi("derive", rule);
    expect(exit).toBe(0);
    expect(out).toContain("theta += alpha * gamma^t * G * grad(log_pi)");
    expect(out).toContain("loss = -(gamma**t * G.detach() * log_pi).sum()");
    expect(out).toMatch(/Where detach comes from/);
  });

  test("prints every target", async () => {
    const { exit, out } = await pgi("derive", rule, "--print", "all", "--json");
    expect(exit).toBe(0);
    const [line] = jsonLines(out) as unknown as { texts: Record<string, string> }[];
    expect(Object.keys(line!.texts)).toEqual(["pytorch", "jax", "tfjs", "numpy"]);
    expect(line!.texts.pytorch).toContain("G.detach()");
    expect(line!.texts.numpy).toContain("d_log_pi = ");
  });

  test("measures that the difference of summed and sequential updates is of order α²", async () => {
    const { exit, out } = await pgi("derive", rule, "--run", run, "--alpha", "1e-7", "--json");
    expect(exit).toBe(0);
    const [line] = jsonLines(out) as unknown as {
      gap: { ratios: number[]; gaps: { difference: number; step: number }[] };
    }[];
    const { gap } = line!;
    expect(gap.gaps[0]!.difference).toBeGreaterThan(0);
    expect(gap.gaps[0]!.difference).toBeLessThan(gap.gaps[0]!.step);
    for (const ratio of gap.ratios) expect(ratio).toBeCloseTo(4, 1);
  });

  test("refuses a wrong rule with its place", async () => {
    const { exit, error } = await pgi("derive", "theta += alpha * G * log_pi");
    expect(exit).toBe(2);
    expect(error).toMatch(/line 1 column 10: this summand has no gradient/);
  });

  test("does not print names that only the reader knows", async () => {
    const { exit, error } = await pgi("derive", "θ ← θ + α C ∇g(x|θ)", "--print", "pytorch");
    expect(exit).not.toBe(0);
    expect(error).toMatch(/g, C|C, g/);
  });
});

describe("pgi explain", () => {
  test("reads the rule off the text alone", async () => {
    const { exit, out } = await pgi(
      "explain",
      "(discounted_returns(r, gamma) * cross_entropy(logits, a)).sum()",
    );
    expect(exit).toBe(0);
    expect(out).toBe("theta += alpha * discounted_returns(r, gamma) * grad(log_pi)\n");
  });

  test("shows on a batch that every output is trained, and cross-entropy to be the same", async () => {
    const loss = "-(gamma**t * discounted_returns(r, gamma) * log_pi).sum()";
    const { exit, out } = await pgi("explain", loss, "--run", run, "--step", "3", "--json");
    expect(exit).toBe(0);
    const [line] = jsonLines(out) as unknown as {
      verdict: { kind: string };
      c: number[];
      step: { outputs: { gradients: number[]; largestDifference: number; hasOther: boolean } };
    }[];
    const { verdict, step } = line!;
    expect(verdict.kind).toBe("book");
    const [left, right] = step.outputs.gradients as [number, number];
    expect(left + right).toBeCloseTo(0, 12);
    expect(step.outputs.hasOther).toBe(false);
    expect(step.outputs.largestDifference).toBeLessThan(1e-14);
  });

  test("says that a step is not there", async () => {
    const { exit, error } = await pgi("explain", "-(r * log_pi).sum()", "--run", run, "--step", "100000");
    expect(exit).not.toBe(0);
    expect(error).toMatch(/There is no step 100000/);
  });
});

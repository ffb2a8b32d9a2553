import { describe, expect, test } from "vitest";
import { algorithms } from "../../../../src/algorithms/registry.ts";
import { preference, probability } from "../../../../src/engine/probes/linearPolicy.ts";
import { testLossOnProbes } from "../../../../src/engine/probes/testLoss.ts";

/** The probes that fail, with the first word of their hints. */
function failures(loss: string): Record<string, string> {
  const { probes } = testLossOnProbes(loss);
  const failed = probes.filter(({ works }) => !works);
  return Object.fromEntries(failed.map(({ id, hint }) => [id, hint?.split(":")[0] ?? ""]));
}

describe("testLossOnProbes", () => {
  test.each(
    algorithms
      .filter(({ timing, actions }) => timing === "episode" && actions !== "continuous")
      .map(({ id, loss }) => [id, loss]),
  )("finds nothing wrong with %s", (_, loss) => {
    // The V of returns that are normalised first is another: 0 where all are equal.
    const isNormalised = /\bV\b/.test(loss!) && loss!.includes(".std()");
    const expected = isNormalised ? { value: "Value", "value-observed": "Value" } : {};
    expect(failures(loss!)).toEqual(expected);
  });

  const G = "discounted_returns(r, gamma)";

  test.each([
    [
      "a wrong sign",
      `(${G}.detach() * log_pi).sum()`,
      { action: "Sign", both: "Sign", delayed: "Sign", discounted: "Sign" },
    ],
    ["rewards in the place of returns", "-(r * log_pi).sum()", { delayed: "Credit" }],
    ["returns without γ", "-(discounted_returns(r, 1) * log_pi).sum()", { discounted: "Discount" }],
    [
      "a detached log π",
      `-(${G} * log_pi.detach()).sum()`,
      { action: "Gradient", both: "Gradient", delayed: "Gradient", discounted: "Gradient" },
    ],
    [
      "an action that is pushed whatever happens",
      "-logits[:, 1].sum()",
      { constant: "Bias", observed: "Bias", both: "Observation", discounted: "Discount" },
    ],
  ])("names %s", (_, loss, expected) => {
    expect(failures(loss)).toEqual(expected);
  });

  const policy = "-((G - V).detach() * log_pi).sum()";

  test.each([
    ["a V that learns", `G = ${G}\nloss = ${policy} + 0.5 * ((G - V)**2).sum()`, {}],
    ["a V that never learns", `G = ${G}\nloss = ${policy}`, { value: "Value", "value-observed": "Value" }],
    [
      "a V that flees from the return",
      `G = ${G}\nloss = ${policy} - 0.5 * ((G - V)**2).sum()`,
      { value: "Value" },
    ],
  ])("tells %s", (_, loss, expected) => {
    expect(failures(loss)).toMatchObject(expected);
    if (Object.keys(expected).length === 0) expect(failures(loss)).toEqual({});
  });

  test("asks about V only where the loss reads it", () => {
    expect(testLossOnProbes(`-(${G} * log_pi).sum()`).probes.map(({ id }) => id)).not.toContain("value");
    expect(testLossOnProbes(`G = ${G}\nloss = ${policy}`).probes.map(({ id }) => id)).toContain("value");
  });

  test("names a division by a deviation of 0", () => {
    expect(failures(`-(${G} / r.std() * log_pi).sum()`)).toMatchObject({ constant: "Numbers" });
  });

  test("sends from every later probe to that of the action, where no reward enters", () => {
    const failed = failures("-log_pi.sum()");
    expect(failed).toMatchObject({ action: "Weight" });
    expect(new Set(Object.values(failed))).toEqual(
      new Set(["Weight", "First mend what the probe of the action says."]),
    );
  });

  test("says what was expected and seen, and how long it took", () => {
    const { probes, milliseconds } = testLossOnProbes(`(${G}.detach() * log_pi).sum()`);
    const action = probes.find(({ id }) => id === "action")!;
    expect(action.expected).toBe("b");
    expect(action.seen).toMatch(/^π\(b\) = 0\.0\d 0\.0\d 0\.0\d$/u);
    expect(milliseconds).toBeGreaterThan(0);
  });

  test("refuses what is no loss", () => {
    expect(() => testLossOnProbes("loss = nothing_here")).toThrow();
  });
});

test("a linear policy's preference is the difference of its logits", () => {
  // W = [[1, 2], [3, 5]], b = [0.5, 0.25].
  const theta = [1, 2, 3, 5, 0.5, 0.25];
  expect(preference(theta, [2, -1])).toBe(3 * 2 - 5 + 0.25 - (2 - 2 + 0.5));
  expect(probability(Math.log(3), 1)).toBeCloseTo(0.75, 15);
  expect(probability(Math.log(3), 0)).toBeCloseTo(0.25, 15);
});

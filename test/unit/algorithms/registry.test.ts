import { describe, expect, test } from "vitest";
import type { AlgorithmRecord } from "../../../src/algorithms/algorithm.ts";
import { algorithms, findAlgorithm } from "../../../src/algorithms/registry.ts";
import type { EnvironmentRecord } from "../../../src/environments/environment.ts";
import { environments } from "../../../src/environments/registry.ts";
import { deriveLoss } from "../../../src/loss/derive.ts";
import { formatLoss } from "../../../src/loss/editing/format.ts";

/** Whether the algorithm can act in the environment. */
function suits({ actions }: AlgorithmRecord, environment: EnvironmentRecord): boolean {
  const isDiscrete = environment.create().actionSpace.kind === "discrete";
  return actions === undefined || (actions === "discrete") === isDiscrete;
}

describe.each(algorithms.map((record) => [record.id, record] as const))("%s", (id, record) => {
  test("is found by its id, which no other has", () => {
    expect(findAlgorithm(id)).toEqual({ ok: true, record });
    expect(algorithms.filter((other) => other.id === id)).toHaveLength(1);
  });

  test("says what it is, where it comes from and which rule it implements", () => {
    expect(record.title).not.toBe("");
    expect(record.reference).not.toBe("");
    expect(record.rule).toMatch(/^theta (\+= alpha \* .*grad\(\w+\)|-= alpha \* grad\(loss\))$/);
  });

  test("writes its whole loss out, with what is held constant marked so", () => {
    const whole = `${record.targets ?? ""}${record.loss}`;
    expect(whole).toMatch(
      /discounted_returns\(r, gamma\)|gae\(r, V, gamma, lam, V_next\)|r \+ gamma \* V_next/,
    );
    expect(record.loss).toMatch(record.targets === undefined ? /\.detach\(\)/ : /adv/);
    expect(record.loss).toMatch(/^loss +=.*(sum|mean)\(.*\)$/m);
    expect(record.loss.endsWith("\n")).toBe(true);
  });

  test("has sensible defaults for every environment and for those to come", () => {
    const fitting = environments.filter((environment) => suits(record, environment));
    expect(Object.keys(record.defaults)).toEqual(
      expect.arrayContaining(["*", ...fitting.map((environment) => environment.id)]),
    );
    for (const defaults of Object.values(record.defaults)) {
      expect(defaults.gamma).toBeGreaterThan(0);
      expect(defaults.gamma).toBeLessThanOrEqual(1);
      expect(defaults.learningRate).toBeGreaterThan(0);
      expect(defaults.learningRate).toBeLessThan(defaults.optimiser === "sgd" ? 1 : 0.1);
    }
  });

  test("has a rule that can be read, and texts of an environment's own that are formatted", () => {
    if (!record.rule.includes("grad(loss)")) expect(deriveLoss(record.rule).ok).toBe(true);
    const texts = Object.values(record.defaults).flatMap(({ loss, targets }) => [loss, targets]);
    for (const text of texts) if (text !== undefined) expect(formatLoss(text)).toBe(text);
  });

  test("names only environments that exist", () => {
    const known = new Set(["*", ...environments.map((environment) => environment.id)]);
    expect(Object.keys(record.defaults).filter((name) => !known.has(name))).toEqual([]);
  });
});

describe("findAlgorithm", () => {
  test.each([
    ["reinforcee", 'There is no algorithm "reinforcee". Did you mean reinforce?'],
    [
      "REINFORCE-normalised",
      'There is no algorithm "REINFORCE-normalised". Did you mean reinforce-normalized?',
    ],
    [
      "soft-actor",
      `There is no algorithm "soft-actor". There are ${algorithms.map(({ id }) => id).join(", ")}.`,
    ],
  ])("offers help for %j", (id, message) => {
    expect(findAlgorithm(id)).toEqual({ ok: false, message });
  });
});

test("the corridor starts from the setting of Example 13.1", () => {
  const found = findAlgorithm("reinforce");
  expect(found.ok && found.record.defaults.ShortCorridor).toMatchObject({
    gamma: 1,
    hidden: [],
    bias: false,
    optimiser: "sgd",
    learningRate: 2 ** -13,
  });
});

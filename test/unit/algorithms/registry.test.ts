import { describe, expect, test } from "vitest";
import { algorithms, findAlgorithm } from "../../../src/algorithms/registry.ts";
import { environments } from "../../../src/environments/registry.ts";

describe.each(algorithms.map((record) => [record.id, record] as const))("%s", (id, record) => {
  test("is found by its id, which no other has", () => {
    expect(findAlgorithm(id)).toEqual({ ok: true, record });
    expect(algorithms.filter((other) => other.id === id)).toHaveLength(1);
  });

  test("says what it is, where it comes from and which rule it implements", () => {
    expect(record.title).not.toBe("");
    expect(record.reference).not.toBe("");
    expect(record.rule).toMatch(/^theta \+= alpha \* .*grad\(log_pi\)$/);
  });

  test("writes its whole loss out, with what is held constant marked so", () => {
    expect(record.loss).toContain("discounted_returns(r, gamma)");
    expect(record.loss).toMatch(/\.detach\(\)/);
    expect(record.loss).toMatch(/^loss = .*\.sum\(\)$/m);
    expect(record.loss.endsWith("\n")).toBe(true);
  });

  test("has sensible defaults for every environment and for those to come", () => {
    expect(Object.keys(record.defaults)).toEqual(
      expect.arrayContaining(["*", ...environments.map((environment) => environment.id)]),
    );
    for (const defaults of Object.values(record.defaults)) {
      expect(defaults.gamma).toBeGreaterThan(0);
      expect(defaults.gamma).toBeLessThanOrEqual(1);
      expect(defaults.learningRate).toBeGreaterThan(0);
      expect(defaults.learningRate).toBeLessThan(0.1);
    }
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
    ["ppo", 'There is no algorithm "ppo". There are reinforce, reinforce-no-gamma-t, reinforce-normalized.'],
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

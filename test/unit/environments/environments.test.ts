import { describe, expect, test } from "vitest";
import { checkEnvironment } from "../../../src/environments/checker.ts";
import type { Environment, EnvironmentRecord } from "../../../src/environments/environment.ts";
import { environments, findEnvironment } from "../../../src/environments/registry.ts";
import { actionSize } from "../../../src/environments/spaces.ts";
import { reachesTimeLimit } from "../../../src/environments/timeLimit.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";

const generators = (seed: number) => () => createGenerator(seed, "check");

describe.each(environments.map((record) => [record.id, record] as const))("%s", (_, record) => {
  test.each([1, 2, 3])("keeps the contract from seed %i", (seed) => {
    expect(checkEnvironment(record, generators(seed), 300)).toEqual([]);
  });

  test("says what it is and where it comes from", () => {
    expect(record.title).not.toBe("");
    expect(record.reference).not.toBe("");
  });

  test("starts anew at every reset", () => {
    const environment = record.create();
    const observation = new Float64Array(environment.observationSpace.low.length);
    const action = new Float64Array(actionSize(environment.actionSpace));
    const generator = createGenerator(5, "environment");
    environment.reset(generator, observation, 0);
    const stored = generator.state();
    environment.reset(generator, observation, 0);
    const expected = [...observation];
    for (let step = 0; step < 5; step++) environment.step(action, 0, observation, 0);
    generator.restore(stored);
    environment.reset(generator, observation, 0);
    expect([...observation]).toEqual(expected);
    expect(environment.terminated).toBe(false);
  });
});

describe("checkEnvironment", () => {
  const broken = (breakIt: (environment: Environment) => void): EnvironmentRecord => ({
    ...environments[0]!,
    create: () => {
      const environment = environments[0]!.create();
      breakIt(environment);
      return environment;
    },
  });
  const replaceStep = (step: (original: Environment["step"]) => Environment["step"]) =>
    broken((environment) => {
      environment.step = step(environment.step.bind(environment));
    });
  let calls = 0;

  test.each<[string, EnvironmentRecord]>([
    ["two copies with one seed differ", replaceStep((step) => (a, i, o, at) => step(a, i, o, at) + calls++)],
    ["a restored copy goes another way", replaceStep((step) => (a, i, o, at) => step(a, i, o, at) + calls++)],
    ["a reward is NaN", replaceStep((step) => (a, i, o, at) => step(a, i, o, at) * Number.NaN)],
    [
      "it writes beside its observation",
      replaceStep((step) => (a, i, o, at) => {
        o[at - 1] = 0;
        return step(a, i, o, at);
      }),
    ],
    [
      "an observation lies outside its space",
      replaceStep((step) => (a, i, o, at) => {
        const reward = step(a, i, o, at);
        o[at] = 100;
        return reward;
      }),
    ],
    [
      "restore does not give the observation and the end of the state it sets",
      broken((environment) => {
        environment.restore = () => undefined;
      }),
    ],
    [
      "an episode is terminated right after reset",
      broken((environment) => {
        Object.defineProperty(environment, "terminated", { get: () => true, set: () => undefined });
      }),
    ],
    [
      "actions and their names differ in number",
      broken((environment) => {
        Object.defineProperty(environment, "actionSpace", {
          value: { kind: "discrete", n: 3, names: ["a"] },
        });
      }),
    ],
    [
      "a low bound lies above its high bound",
      broken((environment) => {
        const space = { kind: "box", low: [2], high: [1], names: ["x"] };
        Object.defineProperty(environment, "observationSpace", { value: space });
      }),
    ],
  ])("reports that %s", (problem, record) => {
    expect(checkEnvironment(record, generators(1))).toContain(problem);
  });
});

describe("findEnvironment", () => {
  test("finds by id", () => {
    expect(findEnvironment("CartPole-v1")).toMatchObject({ ok: true, record: { id: "CartPole-v1" } });
  });

  test.each([
    ["CartPole-v11", "Did you mean CartPole-v1?"],
    ["cartpole", "Did you mean CartPole-v1?"],
    ["shortcoridor", "Did you mean ShortCorridor?"],
    ["mountaincar", "Did you mean MountainCar-v0?"],
    ["FrozenLake8x8", "Did you mean FrozenLake8x8-v1?"],
    ["probe-6", "Did you mean probe-1?"],
    ["Breakout", `There are ${environments.map(({ id }) => id).join(", ")}.`],
    ["", `There are ${environments.map(({ id }) => id).join(", ")}.`],
  ])("offers help for %j", (id, offer) => {
    expect(findEnvironment(id)).toEqual({ ok: false, message: `There is no environment "${id}". ${offer}` });
  });
});

test("a time limit cuts at its last step and none never does", () => {
  expect([499, 500, 501].map((steps) => reachesTimeLimit(steps, 500))).toEqual([false, true, true]);
  expect(reachesTimeLimit(1e9, undefined)).toBe(false);
});

import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { groupRuns, settingDifferences } from "../../../../src/engine/comparison/groups.ts";
import type { RunFacts } from "../../../../src/engine/comparison/runFacts.ts";
import { resolveSettings } from "../../../../src/engine/settings.ts";
import type { RunRequest } from "../../../../src/protocol/views.ts";

let next = 0;

/** The facts of a run of these settings; each is made a second after the one before. */
function run(request: RunRequest, changes: RunFacts["changes"] = []): RunFacts {
  const number = next++;
  const { settings } = resolveSettings(request);
  const path = `/runs/${number}.pgrun`;
  return {
    view: {
      path,
      name: String(number),
      seed: settings.seed,
      state: "closed",
      updates: 1,
      episodes: 1,
      steps: 10,
      lastAverage: 10,
      solved: null,
      seconds: 1,
    },
    created: new Date(number * 1000).toISOString(),
    settings,
    changes,
    solvedAt: 475,
  };
}

const request: fc.Arbitrary<RunRequest> = fc.record({
  algorithm: fc.constantFrom("reinforce", "a2c", "ppo"),
  environment: fc.constantFrom("CartPole-v1", "Acrobot-v1"),
  learningRate: fc.constantFrom(0.001, 0.003),
  hidden: fc.constantFrom([], [16], [16, 16]),
  seed: fc.nat(5),
});
const runs = fc
  .array(request, { minLength: 1, maxLength: 12 })
  .map((requests) => requests.map((one) => run(one)));

const names = (facts: readonly RunFacts[]) => groupRuns(facts).map(({ name }) => name);

describe("groups", () => {
  test.prop([runs])("hold every run once, and together only what differs in the seed alone", (facts) => {
    const groups = groupRuns(facts);
    expect(
      groups.flatMap((group) => group.runs).sort((a, b) => (a.view.path < b.view.path ? -1 : 1)),
    ).toEqual([...facts].sort((a, b) => (a.view.path < b.view.path ? -1 : 1)));
    const plain = ({ settings }: RunFacts) => JSON.stringify({ ...settings, seed: 0 });
    for (const group of groups) expect(new Set(group.runs.map(plain)).size).toBe(1);
    expect(new Set(groups.map((group) => plain(group.runs[0]!))).size).toBe(groups.length);
  });

  test.prop([runs])("have names of their own", (facts) => {
    const all = names(facts);
    expect(new Set(all).size).toBe(all.length);
  });

  test.prop([
    runs.chain((facts) =>
      fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })),
    ),
  ])("do not depend on the order in which runs are given", ([facts, shuffled]) => {
    expect(groupRuns(shuffled)).toEqual(groupRuns(facts));
  });

  test.prop([runs, request])("keep their places when another run comes", (facts, more) => {
    const before = groupRuns(facts).map(({ key }) => key);
    const after = groupRuns([...facts, run(more)]).map(({ key }) => key);
    expect(after.slice(0, before.length)).toEqual(before);
  });

  test("are named by what differs between runs of one algorithm", () => {
    expect(names([run({ algorithm: "ppo" }), run({}), run({ seed: 2 })])).toEqual(["ppo", "reinforce"]);
    expect(
      names([run({ learningRate: 0.003 }), run({ learningRate: 0.01 }), run({ algorithm: "a2c" })]),
    ).toEqual(["reinforce · lr 0.003", "reinforce · lr 0.01", "a2c"]);
    expect(names([run({}), run({ environment: "Acrobot-v1" })])).toEqual([
      "reinforce · CartPole-v1",
      "reinforce · Acrobot-v1",
    ]);
    expect(names([run({ hidden: [] }), run({ hidden: [64, 32] })])).toEqual([
      "reinforce · linear",
      "reinforce · 64×32",
    ]);
    expect(names([run({}), run({ loss: "-(G_recorded * log_pi).sum()" })])).toEqual([
      "reinforce · loss 1",
      "reinforce · loss 2",
    ]);
  });

  test("part where a loss was changed under way", () => {
    const changes = [{ update: 120, loss: "-log_pi.sum()", settings: { gamma: 0.5 } }];
    const others = [{ update: 120, loss: "log_pi.sum()", settings: { gamma: 0.5 } }];
    expect(names([run({}), run({}, changes), run({ seed: 2 }, changes), run({}, others)])).toEqual([
      "reinforce",
      "reinforce · changed at 120 (1)",
      "reinforce · changed at 120 (2)",
    ]);
  });
});

describe("the settings that differ", () => {
  test("are all of them and no others, the seed aside", () => {
    const rows = settingDifferences([
      run({ seed: 1, learningRate: 0.003 }),
      run({ seed: 2, algorithm: "reinforce-baseline", learningRate: 0.003 }),
    ]);
    const byName = Object.fromEntries(rows.map(({ name, values }) => [name, values]));
    expect(byName).toMatchObject({
      algorithm: ["reinforce", "reinforce-baseline"],
      loss: ["text 1", "text 2"],
      "value estimate": ["none", "own"],
    });
    expect(byName).not.toHaveProperty("learning rate");
    expect(byName).not.toHaveProperty("seed");
  });

  test("are none of runs that differ in the seed alone", () => {
    expect(settingDifferences([run({ seed: 1 }), run({ seed: 2 })])).toEqual([]);
  });
});

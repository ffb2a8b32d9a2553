import { describe, expect, test } from "vitest";
import { parseFacts } from "../../../../src/engine/gym/description.ts";
import { type BatchTiming, GymCollector } from "../../../../src/engine/gym/gymCollector.ts";
import { gymRecord } from "../../../../src/engine/gym/gymRecord.ts";
import type { AutoresetMode } from "../../../../src/engine/gym/remote.ts";
import type { Batch } from "../../../../src/rl/batch.ts";
import { createGenerator } from "../../../../src/rl/randomGenerator.ts";
import { FakeRemote } from "./fakeRemote.ts";

const facts = {
  observation: { kind: "box", low: [0, 0, 0], high: [9, 99, 999] },
  action: { kind: "discrete", n: 7 },
  timeLimit: null,
  solvedAt: null,
  autoreset: "Disabled",
  gymnasium: "1.4.0",
  python: "3.11.7",
};
const record = gymRecord("gym:Fake-v0", parseFacts(new TextEncoder().encode(JSON.stringify(facts))));

function collector(remote: FakeRemote, timing: BatchTiming) {
  const seen: number[][] = [];
  let action = 0;
  const generator = createGenerator(1, "environment");
  const gym = new GymCollector(record, remote, generator, timing, (o, row) => {
    seen[row] = [...o.subarray(3 * row, 3 * row + 3)];
  });
  const act = (_: Float64Array, row: number, actions: Float64Array) => {
    actions[row] = action++ % 7;
    return true;
  };
  return { gym, act, seen, generator };
}

/** Each step of a batch as [environment, episode there, step there, time, how it ended]. */
function rowsOf({ steps, observations, time, terminated, truncated }: Batch): (number | string)[][] {
  return Array.from({ length: steps }, (_, t) => [
    ...observations.subarray(3 * t, 3 * t + 3),
    time[t]!,
    terminated[t] ? "terminated" : ["", "truncated", "cut"][truncated[t]!]!,
  ]);
}

const lengths = (environment: number, episode: number) => 2 + ((environment + episode) % 3);

describe("batches of episodes", () => {
  test("hold whole episodes, each environment's one after the other", async () => {
    const { gym, act } = collector(new FakeRemote(2, () => 2), "episode");
    expect(await gym.gather(3, act, 1000)).toBe(true);
    expect(rowsOf(gym.batch())).toEqual([
      [0, 1, 0, 0, ""],
      [0, 1, 1, 1, "terminated"],
      [0, 2, 0, 0, ""],
      [0, 2, 1, 1, "terminated"],
      [1, 1, 0, 0, ""],
      [1, 1, 1, 1, "terminated"],
    ]);
    expect([...gym.batch().episodes]).toEqual([1, 1, 3, 3, 2, 2]);
    expect(gym.returns).toHaveLength(3);
  });

  test("do not depend on how the work is cut into calls", async () => {
    const whole = collector(new FakeRemote(3, lengths), "episode");
    await whole.gym.gather(5, whole.act, 1000);
    const cut = collector(new FakeRemote(3, lengths), "episode");
    while (!(await cut.gym.gather(5, cut.act, 1)));
    expect(cut.gym.batch()).toEqual(whole.gym.batch());
  });

  test("begin new episodes after an update, and step only environments that play", async () => {
    const remote = new FakeRemote(2, (environment) => (environment === 0 ? 2 : 4));
    const { gym, act } = collector(remote, "episode");
    await gym.gather(2, act, 1000);
    expect(remote.rounds).toEqual([[0, 1], [0, 1], [1], [1]]);
    gym.clear();
    await gym.gather(2, act, 1000);
    expect(rowsOf(gym.batch()).map(([, episode]) => episode)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  test("keep the observation after a time limit's cut, for a value head", async () => {
    const { gym, act } = collector(new FakeRemote(2, (environment) => 3 - environment), "episode");
    await gym.gather(2, act, 1000);
    expect([...gym.batch().finalObservations!]).toEqual([0, 1, 3]);
  });

  test("show the policy every row once more, in the batch's order", async () => {
    const { gym, act, seen } = collector(new FakeRemote(3, lengths), "episode");
    await gym.gather(4, act, 1000);
    const { observations, steps } = gym.batch();
    expect(seen.flat()).toEqual([...observations]);
    expect(seen).toHaveLength(steps);
  });
});

describe("batches of steps", () => {
  test("go on with episodes that the last batch cut", async () => {
    const { gym, act } = collector(new FakeRemote(1, () => 4), "steps");
    await gym.gather(3, act, 1000);
    expect(rowsOf(gym.batch())).toEqual([
      [0, 1, 0, 0, ""],
      [0, 1, 1, 1, ""],
      [0, 1, 2, 2, "cut"],
    ]);
    expect([...gym.batch().finalObservations!]).toEqual([0, 1, 3]);
    gym.clear();
    await gym.gather(3, act, 1000);
    expect(rowsOf(gym.batch())).toEqual([
      [0, 1, 3, 3, "terminated"],
      [0, 2, 0, 0, ""],
      [0, 2, 1, 1, "cut"],
    ]);
  });

  test.each<AutoresetMode>(["Disabled", "SameStep"])(
    "have T steps of each environment in mode %s",
    async (mode) => {
      const { gym, act } = collector(new FakeRemote(2, lengths, mode), "steps");
      await gym.gather(10, act, 1000);
      expect(gym.batch().steps).toBe(20);
    },
  );

  test("leave out the rows that only reset an environment in mode NextStep", async () => {
    const remote = new FakeRemote(2, () => 2, "NextStep");
    const { gym, act } = collector(remote, "steps");
    await gym.gather(6, act, 1000);
    const rows = rowsOf(gym.batch());
    // Of six rounds every third is a reset: 0 1 | 0 1 | 0 1 without them.
    expect(rows.filter(([environment]) => environment === 0).map(([, , step]) => step)).toEqual([0, 1, 0, 1]);
    expect(rows.every(([, , step, time]) => step === time)).toBe(true);
    expect(gym.returns).toHaveLength(4);
    expect(remote.rounds.every((indices) => indices.length === 2)).toBe(true);
  });
});

test("seeds follow from the run's generator and are not repeated", async () => {
  const remotes = [new FakeRemote(2, lengths), new FakeRemote(2, lengths)];
  for (const remote of remotes) {
    const { gym, act } = collector(remote, "episode");
    await gym.gather(6, act, 1000);
  }
  expect(remotes[0]!.seeds).toEqual(remotes[1]!.seeds);
  expect(new Set(remotes[0]!.seeds).size).toBe(6);
});

test("what was drawn for episodes that have not begun is part of the state", async () => {
  const whole = new FakeRemote(3, lengths);
  const first = collector(whole, "episode");
  await first.gym.gather(4, first.act, 1000);
  const state = first.gym.state();
  const generatorState = first.generator.state();
  first.gym.clear();
  await first.gym.gather(4, first.act, 1000);

  const resumed = new FakeRemote(3, lengths);
  const second = collector(resumed, "episode");
  second.gym.restore(state, 4);
  second.generator.restore(generatorState);
  await second.gym.gather(4, second.act, 1000);
  expect(resumed.seeds).toEqual(whole.seeds.slice(4));
});

test("a policy without numbers is told as such", async () => {
  const { gym } = collector(new FakeRemote(1, lengths), "episode");
  await expect(gym.gather(1, () => false, 1000)).rejects.toMatchObject({ code: "diverged" });
});

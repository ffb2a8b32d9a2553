import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { GymEnvironments } from "../../src/engine/gym/gymEnvironments.ts";
import { bridgeScript } from "../../src/engine/gym/places.ts";
import { cartPole } from "../../src/environments/cartPole.ts";
import { jsonLines, pgi } from "../util/cli.ts";
import { isRunning } from "../util/isRunning.ts";
import { poll } from "../util/poll.ts";
import { temporaryFolder } from "../util/temporaryFolder.ts";

const python = process.env.ORACLE_PYTHON ?? "";
const folder = join(import.meta.dirname, "python");
const opened: GymEnvironments[] = [];

async function open(id: string, count = 1, vector = false): Promise<GymEnvironments> {
  const request = { id, count, vector, python, folder, script: bridgeScript() };
  const environments = await GymEnvironments.open(request);
  opened.push(environments);
  return environments;
}

const own = (name: string, count = 1) => open(`own_envs:${name}`, count);

afterEach(async () => {
  await Promise.all(opened.splice(0).map((environments) => environments.close()));
});

describe("the bridge to Gymnasium", () => {
  test("steps CartPole as we do, from the same start", async () => {
    const gym = await open("CartPole-v1", 2);
    const first = await gym.reset([0, 1], [3, 4]);
    const ours = cartPole.create();
    const observation = new Float64Array(4);
    // The start is only known as float32; a dozen steps do not drift apart further than its last bits.
    ours.restore([...first.subarray(4, 8)], observation, 0);
    for (let t = 0; t < 8; t++) {
      const { observations, rewards, terminated } = await gym.step([0, 1], Float64Array.of(0, t % 2));
      const reward = ours.step(Float64Array.of(t % 2), 0, observation, 0);
      for (let i = 0; i < 4; i++) expect(observations[4 + i]).toBeCloseTo(observation[i]!, 5);
      expect([rewards[1], terminated[1] === 1]).toEqual([reward, ours.terminated]);
    }
  });

  test("gives the same episode for the same seed, another for another", async () => {
    const gym = await open("CartPole-v1", 1);
    const start = async (seed: number) => [...(await gym.reset([0], [seed]))];
    const first = await start(7);
    expect(await start(7)).toEqual(first);
    expect(await start(8)).not.toEqual(first);
  });

  test("keeps time limit and end apart, with the observation after the last step", async () => {
    const gym = await open("Pendulum-v1");
    await gym.reset([0], [1]);
    let steps = await gym.step([0], Float64Array.of(0));
    for (let t = 1; t < 200; t++) steps = await gym.step([0], Float64Array.of(0));
    expect([steps.terminated[0], steps.truncated[0]]).toEqual([0, 1]);
    expect(Math.hypot(steps.observations[0]!, steps.observations[1]!)).toBeCloseTo(1, 5);
  });

  test.each([
    ["Fine-v0", 2, { kind: "discrete", n: 2 }],
    ["Image-v0", 24, { kind: "discrete", n: 2 }],
    ["Several-v0", 5, { kind: "discrete", n: 6 }],
    ["Bits-v0", 4, { kind: "discrete", n: 8 }],
    ["Shifted-v0", 4, { kind: "discrete", n: 3 }],
    ["Boxes-v0", 2, { kind: "box", low: [-1, -2], high: [1, 2] }],
  ])("maps the spaces of %s", async (name, size, action) => {
    const gym = await own(name);
    expect(gym.observationSize).toBe(size);
    expect(gym.description.actionSpace).toMatchObject(action);
    expect(gym.description.timeLimit).toBe(5);
    await gym.reset([0], [1]);
    const actions = new Float64Array(gym.actionSize);
    const { observations } = await gym.step([0], actions);
    expect(observations).toHaveLength(size);
  });

  test("hands a combination's parts to the environment", async () => {
    const gym = await own("Several-v0");
    await gym.reset([0], [1]);
    // Action 5 of 2 × 3 is (1, 2); the reward is its sum.
    expect((await gym.step([0], Float64Array.of(5))).rewards[0]).toBe(3);
  });

  test("counts from the start of a shifted space", async () => {
    const gym = await own("Shifted-v0");
    await gym.reset([0], [1]);
    expect((await gym.step([0], Float64Array.of(2))).rewards[0]).toBe(7);
  });

  test("moves an action to its bounds and says in how many dimensions", async () => {
    const gym = await own("Boxes-v0");
    await gym.reset([0], [1]);
    const { rewards, clipped } = await gym.step([0], Float64Array.of(5, -7));
    expect([rewards[0], clipped[0]]).toEqual([1 - 2, 2]);
    expect((await gym.step([0], Float64Array.of(0.5, 0.5))).clipped[0]).toBe(0);
  });

  test.each([
    ["Dict-v0", /its observations are Dict\(.*\), which is no row of numbers\.$/],
    ["Text-v0", /its actions are Text\(.*\), which no policy here can choose\.$/],
    ["TooMany-v0", /its actions are MultiBinary\(20\): 1048576 combinations, and 1024 are the most\.$/],
    ["Whole-v0", /its actions are Box\(.*\), whole numbers in a box\.$/],
  ])("refuses %s, with which space and why", async (name, message) => {
    await expect(own(name)).rejects.toMatchObject({
      code: "unmappable_space",
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ["Cartpole-v1", /^There is no environment "Cartpole-v1" in this Python\. Did you mean CartPole-v1/],
    ["no_such_module:X-v0", /^The module no_such_module of .* cannot be imported/],
    ["own_envs:Fin-v0", /Did you mean Fine-v0/],
  ])("names what is near %s", async (id, message) => {
    await expect(open(id)).rejects.toMatchObject({
      code: "unknown_environment",
      message: expect.stringMatching(message),
    });
  });

  test.each([
    [false, "Disabled"],
    [true, "NextStep"],
  ] as const)("records the autoreset mode (vector: %s)", async (vector, mode) => {
    expect((await open("CartPole-v1", 3, vector)).description.autoreset).toBe(mode);
  });

  test("marks the rows of a vector environment that only reset one", async () => {
    const gym = await open("CartPole-v1", 2, true);
    await gym.reset([0, 1], [1, 2]);
    let previous: Uint8Array = Uint8Array.of(0, 0);
    let resets = 0;
    for (let t = 0; t < 60; t++) {
      const { fake, terminated, rewards } = await gym.step([0, 1], Float64Array.of(1, t % 2));
      expect(fake).toEqual(previous);
      for (const [row, isFake] of fake.entries()) if (isFake) expect(rewards[row]).toBe(0);
      resets += fake.reduce((sum, flag) => sum + flag, 0);
      previous = terminated.slice();
    }
    expect(resets).toBeGreaterThan(3);
  });
});

describe("episodes that begin within a step", () => {
  test("begin with the seeds in the order in which they end, as a reset would", async () => {
    const gym = await own("Fine-v0", 3);
    await gym.reset([0, 1, 2], [1, 1, 1]);
    const still = Float64Array.of(0, 0, 0);
    for (let t = 0; t < 2; t++) expect((await gym.step([0, 1, 2], still, [5, 6, 7])).begun).toBe(0);
    const last = await gym.step([0, 2], still, [8, 9, 10]);
    const firsts = [...last.firsts];
    expect([last.begun, last.terminated[0], last.terminated[1]]).toEqual([2, 1, 1]);
    expect([...(await gym.reset([0, 2], [8, 9]))]).toEqual(firsts);
  });

  test("are no more than there are seeds", async () => {
    const gym = await own("Fine-v0", 2);
    await gym.reset([0, 1], [1, 1]);
    for (let t = 0; t < 2; t++) await gym.step([0, 1], Float64Array.of(0, 0), [3]);
    const { begun, firsts } = await gym.step([0, 1], Float64Array.of(0, 0), [3]);
    expect([begun, firsts.length]).toEqual([1, 2]);
  });

  test("say that it was the reset that raised", async () => {
    const gym = await own("RaisesInReset-v0");
    await gym.reset([0], [1]);
    for (let t = 0; t < 2; t++) await gym.step([0], Float64Array.of(0), [2]);
    const step = gym.step([0], Float64Array.of(0), [2]);
    await expect(step).rejects.toMatchObject({
      message: expect.stringMatching(/^The environment's reset raised RuntimeError: no second time/),
    });
  });
});

describe("trouble in Python", () => {
  async function troubled(name: string) {
    const gym = await own(name);
    await gym.reset([0], [1]);
    await gym.step([0], Float64Array.of(0));
    await gym.step([0], Float64Array.of(0));
    return gym.step([0], Float64Array.of(0)).catch((error: unknown) => error);
  }

  test("an exception is one line, with the traceback beside it", async () => {
    expect(await troubled("Raises-v0")).toMatchObject({
      code: "environment_raised",
      message: expect.stringMatching(
        /^The environment's step raised ValueError: the wheel came off \(own_envs\.py, line \d+\)$/,
      ),
      detail: expect.stringContaining("Traceback (most recent call last)"),
    });
  });

  test("a crash is one line, with what was said last", async () => {
    expect(await troubled("Exits-v0")).toMatchObject({
      code: "python_ended",
      message: "Python ended with code 7. It said last: Fatal: out of oil",
    });
  });

  test("a number that is none is named", async () => {
    expect(await troubled("NotANumber-v0")).toMatchObject({
      code: "not_a_number",
      message: 'own_envs:NotANumber-v0: the observation "observation 1" is NaN in step.',
    });
  });

  test("a Python that is not there, and one without Gymnasium", async () => {
    const request = { id: "CartPole-v1", count: 1, folder, script: bridgeScript() };
    await expect(
      GymEnvironments.open({ ...request, python: join(folder, "no-python") }),
    ).rejects.toMatchObject({ code: "python_missing", hint: expect.stringContaining("--python") });
  });

  test("no Python is left behind", async () => {
    const gym = await open("CartPole-v1");
    const { pid } = gym;
    await gym.close();
    expect(isRunning(pid!)).toBe(false);
  });
});

describe("pgi train --environment gym:ID", () => {
  const train = (id: string, out: string, ...more: string[]) =>
    pgi(
      "train",
      "--environment",
      `gym:${id}`,
      "--python",
      python,
      "--hidden",
      "8",
      "--json",
      "--out",
      out,
      ...more,
    );

  test("trains, the same for the same seed", async () => {
    const place = temporaryFolder();
    const lines = async (name: string, seed: string) => {
      const result = await train("CartPole-v1", join(place, name), "--updates", "4", "--seed", seed);
      expect([result.exit, result.error]).toEqual([0, ""]);
      return jsonLines(result.out).slice(0, -1);
    };
    const first = await lines("a.pgrun", "5");
    expect(first).toHaveLength(4);
    expect(await lines("b.pgrun", "5")).toEqual(first);
    expect(await lines("c.pgrun", "6")).not.toEqual(first);
  });

  test("trains several side by side on whole episodes", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    const result = await train("CartPole-v1", out, "--updates", "3", "--environments", "4");
    expect(jsonLines(result.out).at(-1)).toMatchObject({ done: true, episodes: 12 });
  });

  test("goes on where it stopped, as if it had not", async () => {
    const place = temporaryFolder();
    const whole = await train("CartPole-v1", join(place, "a.pgrun"), "--updates", "6");
    const part = join(place, "b.pgrun");
    await train("CartPole-v1", part, "--updates", "3");
    const rest = await pgi("train", "--resume", part, "--python", python, "--updates", "6", "--json");
    expect([rest.exit, rest.error]).toEqual([0, ""]);
    expect(jsonLines(rest.out).slice(0, -1)).toEqual(jsonLines(whole.out).slice(3, -1));
  });

  test("opens without Python what was kept", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    await train("CartPole-v1", out, "--updates", "5");
    const shown = await pgi("show", out);
    expect([shown.exit, shown.error]).toEqual([0, ""]);
    expect(shown.out).toContain("update 5 · ");
    const other = await pgi("show", out, "--update", "3");
    expect(other.error).toMatch(
      /^Update 3 was not kept and cannot be replayed: its environment runs in the user's Python\. This is update \d/,
    );
  });

  test.each([
    ["CartPol-v1", /^pgi: There is no environment "CartPol-v1" in this Python\. Did you mean CartPole-v1/],
    ["Blackjack-v1", /^pgi: Blackjack-v1 cannot be used: its observations are Tuple\(/],
  ])("refuses %s in one line", async (id, message) => {
    const result = await train(id, join(temporaryFolder(), "a.pgrun"), "--updates", "1");
    expect(result.exit).not.toBe(0);
    expect(result.error).toMatch(message);
    expect(result.error.trim().split("\n")).toHaveLength(1);
  });

  test("keeps the run where Python raises, and says what it raised", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    const before = process.cwd();
    process.chdir(folder);
    try {
      const result = await train("own_envs:Raises-v0", out, "--updates", "3");
      expect(result.exit).toBe(1);
      expect(result.error).toMatch(/^pgi: The environment's step raised ValueError: the wheel came off/);
      expect(result.error.trim().split("\n")).toHaveLength(1);
      expect(readFileSync(`${out}.log`, "utf8")).toContain("Traceback (most recent call last)");
      expect((await pgi("show", out)).error).toMatch(/has no updates yet/);
    } finally {
      process.chdir(before);
    }
  });
});

test("a Python that is killed fails what is asked of it next", async () => {
  const gym = await open("CartPole-v1");
  process.kill(gym.pid!, "SIGKILL");
  await poll("Python's end", () => (isRunning(gym.pid!) ? undefined : true));
  await expect(gym.reset([0], [1])).rejects.toMatchObject({
    code: "python_ended",
    message: "Python ended by SIGKILL.",
  });
});

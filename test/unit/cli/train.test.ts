import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jsonLines, pgi } from "../../util/cli.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

const updateKeys = [
  "update",
  "episode",
  "steps",
  "return",
  "average_return_100",
  "loss",
  "grad_norm",
  "entropy",
];
const doneKeys = ["done", "solved", "episodes", "steps", "seconds", "backend", "out"];
const small = ["--hidden", "16", "--json"];

describe("train --json", () => {
  test("prints one object an update with its figures, and a last one", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    const result = await pgi("train", ...small, "--updates", "12", "--seed", "7", "--out", out);
    const lines = jsonLines(result.out);
    const updates = lines.slice(0, -1);
    expect([result.exit, result.error]).toEqual([0, ""]);
    expect(updates).toHaveLength(12);
    for (const [index, line] of updates.entries()) {
      expect(Object.keys(line)).toEqual(updateKeys);
      expect(line).toMatchObject({ update: index + 1, episode: index + 1 });
    }
    const last = lines.at(-1)!;
    expect(Object.keys(last)).toEqual(doneKeys);
    expect(last).toMatchObject({ done: true, solved: false, episodes: 12, backend: "kernels", out });
    expect(last.seconds).toBeGreaterThan(0);
    // In CartPole every step has the reward 1: the returns are the episodes' lengths.
    const returns = updates.map((line) => line.return as number);
    expect(last.steps).toBe(returns.reduce((sum, value) => sum + value, 0));
    for (const [index, line] of updates.entries()) {
      const mean = returns.slice(0, index + 1).reduce((sum, value) => sum + value, 0) / (index + 1);
      expect(line.average_return_100).toBeCloseTo(mean, 9);
    }
  });

  test("gives the same lines for the same seed, others for another", async () => {
    const folder = temporaryFolder();
    const lines = async (name: string, seed: string) => {
      const { out } = await pgi(
        "train",
        ...small,
        "--updates",
        "5",
        "--seed",
        seed,
        "--out",
        join(folder, name),
      );
      return jsonLines(out).slice(0, -1);
    };
    const first = await lines("a.pgrun", "3");
    expect(await lines("b.pgrun", "3")).toEqual(first);
    expect(await lines("c.pgrun", "4")).not.toEqual(first);
  });

  test("spells numbers that are none, names the failure, and keeps the run so far", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    const loss = "(log_pi.sum() / 0 - log_pi.sum() / 0)";
    const result = await pgi("train", ...small, "--updates", "5", "--loss", loss, "--out", out);
    expect(result.exit).toBe(1);
    expect(result.error).toMatch(
      /^pgi: The policy's outputs are no numbers any more in episode 2\. .*learning rate.*\n$/,
    );
    const [first, last] = jsonLines(result.out);
    expect(first).toMatchObject({ update: 1, loss: "NaN", grad_norm: "NaN" });
    expect(last).toMatchObject({ done: true, episodes: 1 });
    expect((await pgi("show", out, "--json")).exit).toBe(0);
  });
});

describe("train --until-solved", () => {
  test("exits 1 where 5,000 episodes do not solve it", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    const result = await pgi(
      "train",
      "--environment",
      "ShortCorridor",
      "--until-solved",
      "--json",
      "--out",
      out,
    );
    expect(result.exit).toBe(1);
    expect(jsonLines(result.out).at(-1)).toMatchObject({ solved: false, episodes: 5000 });
    expect(result.error).toBe("");
  });

  test("says in words that it is not solved", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    const result = await pgi("train", "--environment", "ShortCorridor", "--out", out);
    expect(result.exit).toBe(1);
    expect(result.out).toContain("Not solved after 5,000 episodes");
  });

  test("exits 0 as soon as the last 100 episodes average 475", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    const result = await pgi("train", "--until-solved", "--seed", "1", "--json", "--out", out);
    const lines = jsonLines(result.out);
    expect(result.exit).toBe(0);
    expect(lines.at(-1)).toMatchObject({ solved: true });
    const averages = lines.slice(100, -1).map((line) => line.average_return_100 as number);
    expect(averages.at(-1)).toBeGreaterThanOrEqual(475);
    for (const average of averages.slice(0, -1)) expect(average).toBeLessThan(475);
  });
});

describe("a limit", () => {
  test("of steps ends with the update that reaches it", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    const lines = jsonLines((await pgi("train", ...small, "--steps", "200", "--out", out)).out);
    expect(lines.at(-1)!.steps).toBeGreaterThanOrEqual(200);
    expect(lines.at(-3)!.steps).toBeLessThan(200);
  });

  test("that is reached already makes no update", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    await pgi("train", ...small, "--updates", "6", "--out", out);
    const result = await pgi("train", "--resume", out, "--updates", "6", "--json");
    expect(result.exit).toBe(0);
    expect(jsonLines(result.out)).toEqual([expect.objectContaining({ done: true, episodes: 6 })]);
  });
});

describe("--out and --resume", () => {
  test("an existing file is refused and left as it is, and replaced with --force", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    await pgi("train", ...small, "--updates", "4", "--out", out);
    const refused = await pgi("train", ...small, "--updates", "2", "--out", out);
    expect([refused.exit, refused.out]).toEqual([2, ""]);
    expect(refused.error).toBe(
      `pgi: ${out} exists already; choose another name, or replace it with --force\n`,
    );
    expect(jsonLines((await pgi("show", out, "--json")).out).at(-1)).toMatchObject({ update: 4 });
    expect((await pgi("train", ...small, "--updates", "2", "--out", out, "--force")).exit).toBe(0);
    expect(jsonLines((await pgi("show", out, "--json")).out).at(-1)).toMatchObject({ update: 2 });
  });

  test("resuming gives the uninterrupted run's lines", async () => {
    const folder = temporaryFolder();
    const whole = await pgi(
      "train",
      ...small,
      "--seed",
      "5",
      "--updates",
      "20",
      "--out",
      join(folder, "a.pgrun"),
    );
    const part = join(folder, "b.pgrun");
    await pgi("train", ...small, "--seed", "5", "--updates", "9", "--out", part);
    const rest = await pgi("train", "--resume", part, "--updates", "20", "--json");
    expect(rest.exit).toBe(0);
    expect(jsonLines(rest.out).slice(0, -1)).toEqual(jsonLines(whole.out).slice(9, -1));
    expect(jsonLines(rest.out).at(-1)).toMatchObject({
      episodes: 20,
      steps: jsonLines(whole.out).at(-1)!.steps,
    });
  });

  test("resuming takes the run's own settings and refuses others by name", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    await pgi("train", ...small, "--gamma", "0.9", "--updates", "3", "--out", out);
    const other = await pgi("train", "--resume", out, "--gamma", "0.5", "--updates", "5");
    expect([other.exit, other.out]).toEqual([2, ""]);
    expect(other.error).toContain("--gamma 0.9");
    const same = await pgi("train", "--resume", out, "--gamma", "0.9", "--hidden", "16", "--updates", "5");
    expect(same.exit).toBe(0);
    const elsewhere = await pgi("train", "--resume", out, "--out", `${out}2`);
    expect(elsewhere.exit).toBe(2);
    expect(elsewhere.error).toContain("leave --out away");
  });
});

describe("the words of train", () => {
  test("say what is trained, how it went, and show the last update when asked", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    const result = await pgi("train", "--hidden", "0", "--updates", "1", "--out", out, "--show");
    expect(result.exit).toBe(0);
    expect(result.out).toContain(
      "REINFORCE (13.3) on CartPole-v1 · 4-2 linear · adam 0.003 · γ 0.99 · seed 1 · kernels",
    );
    expect(result.out).toContain("Stopped after 1 episode, ");
    expect(result.out).toContain("update 1 · ");
    expect(result.out).toContain("REINFORCE (13.3): c = 1.000·γᵗG");
  });

  test("do not call it the algorithm's own loss when it is not", async () => {
    const out = join(temporaryFolder(), "a.pgrun");
    const { out: words } = await pgi("train", "--updates", "1", "--loss", "-log_pi.sum()", "--out", out);
    expect(words).toContain("another loss");
  });

  test("say how many actions lay beyond their bounds, and nothing where none can", async () => {
    const folder = temporaryFolder();
    const train = (environment: string, algorithm: string) =>
      pgi(
        ...["train", "--environment", environment, "--algorithm", algorithm, "--updates", "2"],
        ...["--out", join(folder, `${environment}.pgrun`)],
      );
    const pendulum = await train("Pendulum-v1", "reinforce-gaussian");
    expect(pendulum.out).toMatch(/^[1-9]\d* of the last update's 200 actions lay beyond their bounds/m);
    expect((await train("CartPole-v1", "reinforce")).out).not.toContain("bounds");
    expect((await train("ContinuousBandit", "reinforce-gaussian")).out).not.toContain("bounds");
  });

  test("leave no signal listener behind", async () => {
    const before = [process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")];
    await pgi("train", ...small, "--updates", "1", "--out", join(temporaryFolder(), "a.pgrun"));
    expect([process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")]).toEqual(before);
  });
});

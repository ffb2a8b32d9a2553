import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { axes, readValues, requestOf } from "../../../src/cli/sweep/axes.ts";
import { mostTrials, trialsOf } from "../../../src/cli/sweep/grid.ts";
import { spread } from "../../../src/engine/spread.ts";
import { UserError } from "../../../src/engine/userError.ts";
import { openRun } from "../../../src/runs/runReader.ts";
import { isBeingWritten } from "../../../src/runs/writerLock.ts";
import { jsonLines, pgi } from "../../util/cli.ts";
import { poll } from "../../util/poll.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const axis = (option: string) => axes.find((candidate) => candidate.option === option)!;
const runsIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".pgrun"));

function isOf(settings: unknown, algorithm: string, seed?: number): boolean {
  const own = settings as { algorithm: string; seed: number };
  return own.algorithm === algorithm && (seed === undefined || own.seed === seed);
}

function columns(run: string, last?: number) {
  const reader = openRun(run);
  try {
    const { milliseconds: _, lossId: __, ...rest } = reader.summaries(1, last ?? reader.updateCount);
    return Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, [...values]]));
  } finally {
    reader.close();
  }
}

describe("a sweep's lists", () => {
  test("hold names, numbers, whole ranges and networks", () => {
    expect(readValues(axis("seed"), "1-3,8")).toEqual(["1", "2", "3", "8"]);
    expect(readValues(axis("learning-rate"), "1e-3, 0.01")).toEqual(["0.001", "0.01"]);
    expect(readValues(axis("hidden"), "128,64x32,0")).toEqual(["128", "64,32", "0"]);
    expect(requestOf({ hidden: "64,32", gamma: "0.5", seed: "4", algorithm: "ppo" })).toEqual({
      hidden: [64, 32],
      gamma: 0.5,
      seed: 4,
      algorithm: "ppo",
    });
  });

  test("of every range hold each whole number in it once, in order", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(200), (first, more) => {
        const values = readValues(axis("seed"), `${first}-${first + more}`).map(Number);
        expect(values).toHaveLength(more + 1);
        for (const [place, value] of values.entries()) expect(value).toBe(first + place);
      }),
    );
  });

  test("make every combination once, the seed changing first", () => {
    const list = fc.uniqueArray(fc.nat(99).map(String), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(list, list, list, (seed, batch, gamma) => {
        const trials = trialsOf({ values: { seed, gamma, batch }, shared: {} });
        expect(trials).toHaveLength(seed.length * batch.length * gamma.length);
        expect(new Set(trials.map((trial) => JSON.stringify(trial))).size).toBe(trials.length);
        expect(trials.slice(0, seed.length).map((trial) => trial.seed)).toEqual(seed);
      }),
    );
  });

  test("are refused before they are made where they would be too many", () => {
    const many = Array.from({ length: 101 }, (_, place) => String(place));
    expect(() => trialsOf({ values: { seed: many, batch: many }, shared: {} })).toThrow(UserError);
    expect(mostTrials).toBeLessThan(101 * 101);
  });
});

test("a spread lies around its mean", () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(values, (numbers) => {
      const { mean, least, greatest } = spread(numbers)!;
      expect(mean).toBeGreaterThanOrEqual(least - 1e-6);
      expect(mean).toBeLessThanOrEqual(greatest + 1e-6);
      expect(numbers).toContain(least);
      expect(numbers).toContain(greatest);
    }),
  );
  expect(spread([])).toBeNull();
});

describe("pgi sweep", () => {
  test("trains every combination in a run of its own, to the numbers of pgi train", async () => {
    const folder = join(temporaryFolder(), "s");
    const csv = `${folder}.csv`;
    const words = ["--seeds", "1-2", "--algorithm", "reinforce,a2c", "--updates", "6", "--out", folder];
    const { exit, out, error } = await pgi("sweep", ...words, "--csv", csv, "--json");
    expect([exit, error]).toEqual([0, ""]);
    const lines = jsonLines(out);
    expect(lines).toHaveLength(5);
    expect(runsIn(folder)).toHaveLength(4);
    const trained = join(temporaryFolder(), "t.pgrun");
    await pgi(
      "train",
      "--seed",
      "2",
      "--algorithm",
      "a2c",
      "--updates",
      "6",
      "--backend",
      "kernels",
      "--out",
      trained,
    );
    const own = lines.find(({ settings }) => isOf(settings, "a2c", 2))!;
    expect(columns(own.run as string)).toEqual(columns(trained));
    expect(own).toMatchObject({ state: "done", updates: 6, episodes: columns(trained).episode!.at(-1) });

    const settings = lines.at(-1)!.settings as { setting: object; average_return_100: { mean: number } }[];
    expect(settings.map(({ setting }) => setting)).toEqual([
      { algorithm: "reinforce" },
      { algorithm: "a2c" },
    ]);
    const returns = lines.slice(0, 4).filter((line) => isOf(line.settings, "reinforce"));
    const mean = returns.reduce((sum, { average_return_100 }) => sum + (average_return_100 as number), 0) / 2;
    expect(settings[0]!.average_return_100.mean).toBeCloseTo(mean, 12);

    const rows = readFileSync(csv, "utf8").trimEnd().split("\n");
    expect(rows[0]).toBe("trial,algorithm,seed,update,episode,steps,return,average_return_100");
    expect(rows.filter((row) => row.startsWith("1,reinforce,1,"))).toHaveLength(6);
  });

  test("does nothing again, and trains anew what has gone", async () => {
    const folder = join(temporaryFolder(), "s");
    const words = ["sweep", "--seeds", "1-2", "--updates", "4", "--out", folder];
    expect((await pgi(...words)).exit).toBe(0);
    const before = runsIn(folder).map((name) => statSync(join(folder, name)).mtimeMs);
    const again = await pgi(...words);
    expect(again.out).toMatch(/^2 trials, 2 done before, 0 at a time\n/);
    expect(runsIn(folder).map((name) => statSync(join(folder, name)).mtimeMs)).toEqual(before);
    rmSync(join(folder, runsIn(folder)[0]!));
    expect((await pgi(...words)).out).toMatch(/^2 trials, 1 done before/);
    expect(runsIn(folder)).toHaveLength(2);
  });

  test("says after how many episodes a trial solved it, as pgi train does", async () => {
    const folder = temporaryFolder();
    const { out } = await pgi("sweep", "--seeds", "3", "--json", "--out", join(folder, "s"));
    const train = ["--seed", "3", "--backend", "kernels", "--json", "--quiet"];
    const alone = jsonLines((await pgi("train", ...train, "--out", join(folder, "t.pgrun"))).out);
    expect(alone).toHaveLength(1);
    const { solved, episodes, steps } = alone[0]!;
    expect(solved).toBe(true);
    expect(jsonLines(out)[0]).toMatchObject({ solvable: true, solved_after: episodes, episodes, steps });
    expect(jsonLines(out)[1]).toMatchObject({ settings: [{ solved: 1, solvable: true }] });
  });

  test("tells why a trial failed, and trains the others", async () => {
    const folder = temporaryFolder();
    const loss = join(folder, "bad.pgloss");
    writeFileSync(loss, "(log_pi.sum() / 0 - log_pi.sum() / 0)");
    const good = join(folder, "good.pgloss");
    writeFileSync(good, "-log_pi.sum()");
    const words = ["--loss", `${loss},${good}`, "--updates", "5", "--out", join(folder, "s")];
    const { exit, out } = await pgi("sweep", ...words, "--json");
    expect(exit).toBe(1);
    const trials = jsonLines(out)
      .slice(0, 2)
      .sort((a, b) => Number(a.trial) - Number(b.trial));
    expect(trials[0]).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("no numbers any more"),
    });
    expect(trials[1]).toMatchObject({ state: "done", updates: 5, reason: null });
    expect(jsonLines(out).at(-1)).toMatchObject({ done: true, failed: 1, left: 0 });
    expect((await pgi("sweep", ...words)).out).toMatch(/2 trials, 2 done before/);
    expect((await pgi("sweep", ...words, "--retry-failed")).out).toMatch(/2 trials, 1 done before/);
  });
});

test("a trial that has no run has no curve, and says why", async () => {
  const folder = temporaryFolder();
  const csv = join(folder, "curves.csv");
  const words = ["--environment", "gym:CartPole-v1", "--python", join(folder, "no-python"), "--updates", "1"];
  const { exit, out } = await pgi("sweep", ...words, "--out", join(folder, "s"), "--csv", csv);
  expect(exit).toBe(1);
  expect(out).toMatch(/seed 1: failed: .*no-python/);
  expect(readFileSync(csv, "utf8")).toBe("trial,seed,update,episode,steps,return,average_return_100\n");
});

function start(folder: string, words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [main, "sweep", ...words, "--out", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe.skipIf(process.platform === "win32")("a sweep that is", () => {
  const words = ["--seeds", "1-4", "--updates", "1500", "--hidden", "32", "--jobs", "2"];

  async function halfWay(folder: string, signal: NodeJS.Signals): Promise<void> {
    const child = start(folder, words);
    const ended = once(child, "exit");
    const list = join(folder, "results.jsonl");
    await poll("a first result and a run half way", () => {
      const results = existsSync(list) ? readFileSync(list, "utf8").trim().split("\n").length : 0;
      return (results >= 1 && results < 4 && runsIn(folder).length > results) || undefined;
    });
    child.kill(signal);
    await ended;
  }

  const whole = async () => {
    const folder = join(temporaryFolder(), "whole");
    await pgi("sweep", ...words, "--out", folder);
    return runsIn(folder).map((name) => columns(join(folder, name)));
  };

  test.for(["SIGKILL", "SIGINT"] as const)(
    "ended by %s half way leaves nobody training, and goes on to the numbers of a whole one",
    { timeout: 120_000 },
    async (signal) => {
      const folder = join(temporaryFolder(), "s");
      await halfWay(folder, signal);
      await poll(
        "the trials' processes to end",
        () => runsIn(folder).every((name) => !isBeingWritten(join(folder, name))) || undefined,
      );
      const left = 4 - readFileSync(join(folder, "results.jsonl"), "utf8").trim().split("\n").length;
      expect(left).toBeGreaterThan(0);
      // What a kill in the middle of a line would leave.
      appendFileSync(join(folder, "results.jsonl"), '{"trial":4,"state":"do');
      const { exit, out } = await pgi("sweep", ...words, "--out", folder, "--json");
      expect(exit).toBe(0);
      expect(jsonLines(out)).toHaveLength(left + 1);
      expect(runsIn(folder).map((name) => columns(join(folder, name)))).toEqual(await whole());
    },
  );

  test("at work already is not joined by another", { timeout: 60_000 }, async () => {
    const folder = join(temporaryFolder(), "s");
    const child = start(folder, ["--seeds", "1-4", "--steps", "100000000"]);
    const ended = once(child, "exit");
    await poll("the first run", () => (existsSync(folder) && runsIn(folder).length > 0) || undefined);
    const { exit, error } = await pgi("sweep", "--seeds", "1-4", "--steps", "100000000", "--out", folder);
    expect([exit, error]).toEqual([1, expect.stringMatching(/^pgi: Another pgi sweep is at work in /)]);
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(1);
  });
});

test("without --out a sweep has a folder of its own, found again by the same words", {
  timeout: 60_000,
}, async () => {
  const folder = temporaryFolder();
  const run = async (...words: string[]) => {
    const child = spawn(process.execPath, [main, "sweep", ...words, "--json"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    return jsonLines(await text(child.stdout));
  };
  const first = await run("--seeds", "1-2", "--updates", "2");
  expect(first).toHaveLength(3);
  const sweeps = join(folder, ".policy-gradient", "sweeps");
  expect(readFileSync(join(sweeps, ".gitignore"), "utf8")).toBe("*\n");
  expect(await run("--updates", "2", "--seeds", "1,2")).toEqual(first.slice(2));
  expect((await run("--seeds", "1-2", "--updates", "3")).at(-1)!.out).not.toBe(first.at(-1)!.out);
  expect(readdirSync(sweeps)).toHaveLength(3);
});

type Row = readonly [name: string, words: readonly string[], says: RegExp];
const rows: readonly Row[] = [
  [
    "an unknown algorithm",
    ["--algorithm", "ppo,reinforc"],
    /no algorithm "reinforc"\. Did you mean reinforce/,
  ],
  [
    "an unknown environment",
    ["--environment", "CartPole"],
    /no environment "CartPole"\. Did you mean CartPole-v/,
  ],
  ["a number that is none", ["--learning-rate", "0.1,fast"], /--learning-rate takes numbers, not "fast"/],
  ["a number out of range", ["--gamma", "0.9,1.1"], /gamma lies between 0 and 1, not at 1\.1/],
  ["half a seed", ["--seeds", "1.5"], /--seeds takes whole numbers and ranges like 1-10, not "1\.5"/],
  ["a range backwards", ["--seeds", "9-1"], /--seeds 9-1 ends before it begins/],
  ["a range without end", ["--seeds", "1-99999999999"], /has more than 10000 values/],
  ["a value twice", ["--algorithm", "ppo,ppo"], /--algorithm names ppo twice/],
  ["an empty value", ["--seeds", "1,,2"], /--seeds takes a list like a,b,c, not "1,,2"/],
  [
    "a loss file that is not there",
    ["--loss", "no.pgloss"],
    /no\.pgloss cannot be read: there is no such file/,
  ],
  ["a network that is none", ["--hidden", "64x-1"], /--hidden takes whole numbers/],
  ["a table that is a folder", ["--csv", "test"], /--csv test is a folder\. Name a file/],
  ["a table in no folder", ["--csv", "no/where.csv"], /--csv no\/where\.csv: there is no folder no\./],
  ["no processes at all", ["--jobs", "0"], /--jobs takes a whole number of at least 1/],
  [
    "an algorithm that cannot act there",
    ["--algorithm", "ppo,reinforce-gaussian"],
    /CartPole-v1 has actions to choose from/,
  ],
  ["too many trials", ["--seeds", "1-9999", "--gamma", "0.9,0.99"], /at most 10,000 trials, not 19,998/],
  ["an option of train alone", ["--seed", "1"], /no option --seed\. Did you mean --seeds/],
];

describe("pgi sweep says in one line that there is", () => {
  test.for(rows)("%s", async ([, words, says]) => {
    const out = join(temporaryFolder(), "s");
    const result = await pgi("sweep", ...words, "--updates", "1", "--out", out);
    expect(result.error).toMatch(/^pgi: [^\n]*\n$/);
    expect(result.error).toMatch(says);
    expect([result.exit, existsSync(out)]).toEqual([2, false]);
  });

  test.for([
    [
      "another sweep in the folder",
      '{"format":"pgi sweep","version":1,"values":{"seed":["7"]},"shared":{}}',
      /something else/,
    ],
    [
      "something else in its manifest",
      '{"format":"pgi sweep","version":1,"values":7}',
      /no sweep that this version/,
    ],
    ["no JSON in its manifest", "{", /no sweep that this version/],
  ] as const)("%s", async ([, manifest, says]) => {
    const out = temporaryFolder();
    writeFileSync(join(out, "sweep.json"), manifest);
    const result = await pgi("sweep", "--updates", "1", "--out", out);
    expect(result.error).toMatch(/^pgi: [^\n]*--out[^\n]*\n$/);
    expect(result.error).toMatch(says);
    expect([result.exit, readFileSync(join(out, "sweep.json"), "utf8")]).toEqual([2, manifest]);
  });
});

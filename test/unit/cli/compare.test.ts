import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { niceTicks } from "../../../src/cli/compare/figure.ts";
import { letterOf } from "../../../src/protocol/letters.ts";
import { openRun } from "../../../src/runs/runReader.ts";
import { jsonLines, pgi } from "../../util/cli.ts";
import { sharedFolder } from "../../util/temporaryFolder.ts";
import { trainedRun } from "../../util/trainedRun.ts";

const folder = sharedFolder();
const runs = join(folder, "runs");
const ownLoss = "-(log_pi * discounted_returns(r, gamma)).mean()";

interface Group {
  name: string;
  runs: { path: string; seed: number; updates: number }[];
  curve: Record<"x" | "mean" | "least" | "greatest" | "runs", number[]>;
}

beforeAll(async () => {
  mkdirSync(runs);
  for (const seed of ["1", "2", "3"])
    await trainedRun(runs, `plain-${seed}.pgrun`, "--seed", seed, "--updates", "40");
  await trainedRun(runs, "own.pgrun", "--loss", ownLoss, "--updates", "25", "--seed", "2");
}, 60_000);

/** A run's average of the last 100 episodes and its steps, as its own columns say. */
function averagesOf(path: string) {
  const reader = openRun(path);
  try {
    const last = reader.updateCount;
    return {
      averages: [...reader.column("averageReturn100", 1, last)],
      steps: [...reader.column("steps", 1, last)],
    };
  } finally {
    reader.close();
  }
}

async function groupsBy(axis: string): Promise<Group[]> {
  const { exit, out } = await pgi("compare", runs, "--json", "--axis", axis);
  expect(exit).toBe(0);
  return jsonLines(out)[0]!.groups as Group[];
}

describe("pgi compare", () => {
  test("groups the seeds of a folder, and tells the groups apart", async () => {
    const { exit, out, error } = await pgi("compare", runs);
    expect([exit, error]).toEqual([0, ""]);
    expect(out).toContain("2 groups of 4 runs");
    expect(out).toMatch(/A {2}reinforce · loss 1 +3 /);
    expect(out).toMatch(/B {2}reinforce · loss 2 +1 /);
    expect(out).toMatch(/^loss +text 1 +text 2$/m);
    expect(out).toContain("loss of B against A");
    expect(out).toContain("- G    = discounted_returns(r, gamma)\n");
    expect(out).toContain(`+ ${ownLoss}\n`);
  });

  test("gives by updates the mean, least and greatest of what the runs recorded", async () => {
    const [plain] = await groupsBy("updates");
    const recorded = plain!.runs.map(({ path }) => averagesOf(path).averages);
    expect(plain!.curve.x).toEqual(Array.from({ length: 40 }, (_, place) => place + 1));
    for (const place of [0, 7, 39]) {
      const values = recorded.map((averages) => averages[place]!);
      expect(plain!.curve.mean[place]).toBeCloseTo((values[0]! + values[1]! + values[2]!) / 3, 10);
      expect(plain!.curve.least[place]).toBe(Math.min(...values));
      expect(plain!.curve.greatest[place]).toBe(Math.max(...values));
    }
  });

  test("over steps, carries no run beyond its end", async () => {
    const [plain, own] = await groupsBy("steps");
    const ends = plain!.runs.map(({ path }) => averagesOf(path).steps.at(-1)!);
    const { x, runs: counts } = plain!.curve;
    expect(x.at(-1)).toBe(Math.max(...ends));
    for (const [place, at] of x.entries())
      expect(counts[place]).toBeLessThanOrEqual(ends.filter((end) => end >= at).length);
    expect(counts.at(-1)).toBe(1);
    const { steps, averages } = averagesOf(own!.runs[0]!.path);
    for (const [place, at] of own!.curve.x.entries())
      expect(own!.curve.mean[place]).toBe(averages[steps.findLastIndex((step) => step <= at)]);
  });

  test("writes a figure and the curves as CSV", async () => {
    const [svg, csv] = [join(folder, "a.svg"), join(folder, "a.csv")];
    const { exit } = await pgi("compare", runs, "--svg", svg, "--csv", csv);
    expect(exit).toBe(0);
    const figure = readFileSync(svg, "utf8");
    expect(figure).toContain("reinforce · loss 1 (3 runs)");
    expect(figure.match(/class="band/g)).toHaveLength(1);
    expect(figure).not.toMatch(/NaN|Infinity|undefined/);
    const [head, ...rows] = readFileSync(csv, "utf8").trim().split("\n");
    expect(head).toBe("group,environment,steps,runs,mean_average_return_100,least,greatest");
    expect(rows.every((row) => row.split(",").length === 7)).toBe(true);
  });

  test("holds two groups' losses against one batch, to the numbers of pgi what-if", async () => {
    const run = join(runs, "plain-1.pgrun");
    const { exit, out } = await pgi("compare", runs, "--update", "20", "--of", run, "--json");
    expect(exit).toBe(0);
    const [pair] = jsonLines(out);
    const [asked] = jsonLines((await pgi("what-if", run, "--update", "20", "--loss", ownLoss, "--json")).out);
    expect(pair!.layers).toEqual(asked!.layers);
    expect((pair!.a as { loss: number }).loss).toBe((asked!.before as { loss: number }).loss);
    expect((pair!.b as { loss: number }).loss).toBe((asked!.after as { loss: number }).loss);
    const columns = pair!.columns as Record<string, number[]>;
    const after = (asked!.after as { columns: Record<string, number[]> }).columns;
    expect(columns["b.weight"]).toEqual(after.weight);
    const apart = columns["a.weight"]!.map((value, t) => Math.abs(columns["b.weight"]![t]! - value));
    expect(columns["apart.weight"]).toEqual(apart);
    const order = pair!.most_apart as number[];
    expect(apart[order[0]!]).toBe(Math.max(...apart));
    expect([...order].sort((a, b) => a - b)).toEqual([...apart.keys()]);
  });

  test("shows the pair as text, with a loss of one's own", async () => {
    const words = ["--update", "20", "--loss", "-log_pi.sum()", "--limit", "3"];
    const { exit, out } = await pgi("compare", runs, ...words);
    expect(exit).toBe(0);
    expect(out).toContain("A  reinforce · loss 1\nloss ");
    expect(out).toContain("B  the loss of --loss\nloss ");
    expect(out).toMatch(/the 3 of \d+ steps where c differs most/);
  });
});

describe("pgi compare with what cannot be compared", () => {
  test("names a damaged run and compares the others", async () => {
    const damaged = join(folder, "damaged.pgrun");
    writeFileSync(damaged, "no run at all");
    const { exit, out, error } = await pgi("compare", runs, damaged);
    expect(exit).toBe(1);
    expect(error).toContain(damaged);
    expect(out).toContain("2 groups of 4 runs");
  });

  test("says that there is no run", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const { exit, error } = await pgi("compare", empty);
    expect(exit).toBe(1);
    expect(error).toContain("There is no run to compare.");
    expect((await pgi("compare", join(folder, "nowhere.pgrun"))).error).toContain("nowhere.pgrun");
  });

  test("does not average over environments, and asks which one to draw", async () => {
    const other = await trainedRun(
      folder,
      "corridor.pgrun",
      "--environment",
      "ShortCorridor",
      "--updates",
      "10",
    );
    const { out } = await pgi("compare", join(runs, "plain-1.pgrun"), other);
    expect(out).toContain("2 groups of 2 runs");
    expect(out).toContain("not of one kind");
    const svg = join(folder, "b.svg");
    const refused = await pgi("compare", join(runs, "plain-1.pgrun"), other, "--svg", svg);
    expect([refused.exit, refused.error]).toEqual([2, expect.stringContaining("--environment")]);
    const drawn = await pgi(
      "compare",
      join(runs, "plain-1.pgrun"),
      other,
      "--svg",
      svg,
      "--environment",
      "CartPole-v1",
    );
    expect(drawn.exit).toBe(0);
  });

  test("refuses words that mean nothing here", async () => {
    expect((await pgi("compare", runs, "--axis", "hours")).error).toContain("--axis takes steps");
    expect((await pgi("compare", runs, "--metric", "averageReturn")).error).toContain("average-return");
    const one = join(runs, "plain-1.pgrun");
    expect((await pgi("compare", one, "--update", "3")).error).toContain("the same loss");
    expect((await pgi("compare", runs, "--update", "9999")).exit).toBe(2);
    const wrong = await pgi("compare", one, "--update", "3", "--loss", "-(log_pi * nothing).sum()");
    expect([wrong.exit, wrong.error]).toEqual([2, expect.stringContaining("nothing")]);
  });
});

describe("the figure", () => {
  test("has few ticks around what is drawn", () => {
    expect(niceTicks(9, 482)).toEqual([0, 100, 200, 300, 400, 500]);
    expect(niceTicks(5, 5).length).toBeGreaterThan(1);
    expect(niceTicks(Number.NaN, 1)).toEqual([0, 1]);
  });

  test("names groups by letters", () => {
    expect([0, 25, 26, 51, 52].map(letterOf)).toEqual(["A", "Z", "AA", "AZ", "BA"]);
  });
});

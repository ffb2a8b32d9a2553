import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { ExportFormat } from "../../../src/protocol/engine.ts";
import { jsonLines, pgi } from "../../util/cli.ts";
import { sharedFolder, temporaryFolder } from "../../util/temporaryFolder.ts";
import { trainedRun } from "../../util/trainedRun.ts";

const folder = sharedFolder();
let run: string;

beforeAll(async () => {
  run = await trainedRun(folder, "a.pgrun", "--updates", "8", "--seed", "4");
});

async function exported(to: ExportFormat, from: string, ...words: string[]): Promise<string> {
  const out = join(temporaryFolder(), `a.${to}`);
  const result = await pgi("export", from, "--to", to, "--out", out, ...words);
  expect(result).toMatchObject({ exit: 0, error: "" });
  return readFileSync(out, "utf8");
}

describe("a script", () => {
  test.each(["pytorch", "numpy"] as const)(
    "for %s holds policy, batch, loss and recorded numbers",
    async (to) => {
      const script = await exported(to, run, "--update", "3");
      const shown = await pgi("show", run, "--update", "3", "--json");
      const { loss } = jsonLines(shown.out).at(-1) as { loss: number };
      expect(script).toContain(`recorded_loss = ${loss}`);
      for (const name of ["W1", "b1", "W2", "b2"])
        expect(script).toContain(`recorded_gradient["${name}"] = numbers(`);
      expect(script).toContain("def policy_loss(");
      expect(script).toMatch(/import (torch|numpy as np)/);
    },
  );

  test("of an unknown kind is wrong use", async () => {
    const { exit, error } = await pgi("export", run, "--to", "julia");
    expect(exit).toBe(2);
    expect(error).toContain("--to numpy");
  });
});

describe("a CSV export", () => {
  test.for(["3", "8"])("of update %s gives every float64 of the step table back", async (update) => {
    const lines = (await exported("csv", run, "--update", update)).split("\r\n");
    expect(lines.at(-1)).toBe("");
    const [names = [], ...cells] = lines.slice(0, -1).map((line) => line.split(","));
    expect(names).toContain("dlogit[1]");
    const columns =
      "step,episode,t,action,reward,G,gamma_t,log_pi,entropy,weight,l,dlogit,size,share,pi,logit,obs";
    const shown = await pgi(
      "show",
      run,
      "--update",
      update,
      "--json",
      "--limit",
      "1000",
      "--columns",
      columns,
    );
    const rows = jsonLines(shown.out).slice(0, -1);
    expect(cells).toHaveLength(rows.length);
    for (const [index, row] of rows.entries()) {
      for (const [name, value] of Object.entries(row))
        expect(Number(cells[index]![names.indexOf(name)]), name).toBe(value);
    }
  });

  test("lies beside the run, named after it and the update, and replaces nothing unasked", async () => {
    const words = ["export", run, "--to", "csv", "--update", "2"];
    const beside = join(folder, "a.update2.csv");
    expect((await pgi(...words)).out).toContain(beside);
    expect(existsSync(beside)).toBe(true);
    expect(await pgi(...words)).toMatchObject({ exit: 2, error: expect.stringContaining("exists already") });
    expect((await pgi(...words, "--force")).exit).toBe(0);
  });

  test("never replaces the run itself", async () => {
    const refused = await pgi("export", run, "--to", "csv", "--out", run, "--force");
    expect(refused.exit).toBe(2);
    expect((await pgi("show", run, "--json")).exit).toBe(0);
  });
});

const stepKeys = [
  "episode",
  "t",
  "obs",
  "action",
  "logits",
  "log_prob",
  "entropy",
  "reward",
  "terminated",
  "truncated",
];

interface Step {
  readonly episode: number;
  readonly t: number;
  readonly logits: number[];
  readonly action: number;
  readonly log_prob: number;
  readonly entropy: number;
  readonly reward: number;
}

interface Update {
  readonly loss: number;
  readonly coef: number[];
  readonly entropy_coef?: number;
  readonly grad_norm: number;
  readonly logits_grad: number[][];
}

function partsOf(text: string): { header: Record<string, unknown>; steps: Step[]; update: Update } {
  const lines = jsonLines(text);
  return {
    header: lines[0]!,
    steps: lines.slice(1, -1) as unknown as Step[],
    update: lines.at(-1) as unknown as Update,
  };
}

function expectLossAdds({ steps, update }: { steps: Step[]; update: Update }): void {
  let sum = 0;
  for (const [t, step] of steps.entries())
    sum += update.coef[t]! * step.log_prob + (update.entropy_coef ?? 0) * step.entropy;
  expect(Math.abs(sum - update.loss)).toBeLessThanOrEqual(1e-9 * Math.abs(update.loss));
}

describe("a trace export", () => {
  test("is a header, a line for each step and one for the update, with the keys of the format", async () => {
    const { header, steps, update } = partsOf(await exported("pgtrace", run));
    expect(header).toMatchObject({
      pgtrace: 1,
      environment: "CartPole-v1",
      gamma: 0.99,
      action_space: { type: "discrete", n: 2 },
    });
    for (const [t, step] of steps.entries()) {
      expect(Object.keys(step)).toEqual(stepKeys);
      expect(step).toMatchObject({ episode: 8, t, reward: 1 });
    }
    expect(update).toMatchObject({ update: 8, episodes: [8], gamma: 0.99 });
    expect(update.coef).toHaveLength(steps.length);
    expect(update.logits_grad.map((row) => row.length)).toEqual(steps.map(() => 2));
  });

  test("has numbers that follow from one another", async () => {
    const { steps, update } = partsOf(await exported("pgtrace", run, "--update", "5"));
    for (const [t, { logits, action, log_prob, entropy }] of steps.entries()) {
      const scale = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      const logs = logits.map((logit) => logit - scale);
      expect(log_prob).toBeCloseTo(logs[action]!, 12);
      expect(entropy).toBeCloseTo(-logs.reduce((sum, log) => sum + Math.exp(log) * log, 0), 12);
      for (const [k, gradient] of update.logits_grad[t]!.entries()) {
        const expected = update.coef[t]! * ((k === action ? 1 : 0) - Math.exp(logs[k]!));
        expect(gradient).toBeCloseTo(expected, 9);
      }
    }
    expectLossAdds({ steps, update });
  });

  test("carries an entropy bonus as a negative coefficient of the entropies' sum", async () => {
    const loss = "-(discounted_returns(r, gamma) * log_pi).mean() - 0.05 * entropy.sum()";
    const bonus = await trainedRun(temporaryFolder(), "b.pgrun", "--updates", "3", "--loss", loss);
    const parts = partsOf(await exported("pgtrace", bonus));
    expect(parts.update.entropy_coef).toBeCloseTo(-0.05, 14);
    expectLossAdds(parts);
  });

  test("carries no entropy coefficient where there is no bonus", async () => {
    const { update } = partsOf(await exported("pgtrace", run));
    expect(update).not.toHaveProperty("entropy_coef");
  });
});

describe("an export of many updates", () => {
  test("is one file beside the run, of all or of those that are named", async () => {
    const here = temporaryFolder();
    const own = await trainedRun(here, "own.pgrun", "--updates", "9", "--seed", "2");
    const all = await pgi("export", own, "--all", "--to", "pgtrace");
    expect(all).toMatchObject({ exit: 0, error: "" });
    expect(all.out).toMatch(/own\.pgtrace: [\d,]+ steps of 9 updates\n$/);
    const lines = jsonLines(readFileSync(join(here, "own.pgtrace"), "utf8"));
    expect(lines.flatMap(({ update }) => update ?? [])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const [words, updates] of [
      [["--updates", "3-5"], "3,4,5"],
      [["--updates", "8-"], "8,9"],
      [["--updates", "-2"], "1,2"],
      [["--updates", "4"], "4"],
      [["--every", "4"], "1,5,9"],
      [["--updates", "2-8", "--every", "3"], "2,5,8"],
    ] as const) {
      const table = (await exported("csv", own, ...words)).trimEnd().split("\r\n").slice(1);
      expect([...new Set(table.map((row) => row.split(",")[0]))].join(), words.join(" ")).toBe(updates);
    }
  });

  test.each([
    [["--all", "--update", "3", "--to", "csv"], /--update is one update/],
    [["--all", "--to", "numpy"], /makes one update again/],
    [["--updates", "two", "--to", "csv"], /--updates takes A-B/],
    [["--updates", "-", "--to", "csv"], /--updates takes A-B/],
    [["--updates", "7-90", "--to", "csv"], /There are updates 1 to 8/],
    [["--every", "0", "--to", "csv"], /--every takes a whole number of at least 1/],
  ])("%j is wrong use, in one line", async (words, message) => {
    const { exit, error } = await pgi("export", run, ...words);
    expect(exit).toBe(2);
    expect(error).toMatch(message);
    expect(error.trim().split("\n")).toHaveLength(1);
  });
});

describe("an update of a trace", () => {
  const reference = join(import.meta.dirname, "../../reference/traces");
  const trace = join(reference, "correct_baseline.cartpole.jsonl");

  test("as CSV has what was recorded, the weight that was read and the one that the rule gives", async () => {
    const rows = (await exported("csv", trace, "--update", "2"))
      .trimEnd()
      .split("\r\n")
      .map((line) => line.split(","));
    const [names = [], ...cells] = rows;
    const column = (name: string) => cells.map((row) => Number(row[names.indexOf(name)]));
    const line = jsonLines(readFileSync(trace, "utf8")).find(
      ({ update }) => update === 2,
    ) as unknown as Update;
    expect(column("update.coef")).toEqual(line.coef);
    for (const [t, weight] of column("weight").entries()) {
      expect(weight).toBeCloseTo(-line.coef[t]!, 12);
      expect(column("rule")[t]).toBeCloseTo(-line.coef[t]!, 6);
    }
  });

  test("stands in the table of all updates with the same cells", async () => {
    const table = (text: string) =>
      text
        .trimEnd()
        .split("\r\n")
        .map((line) => line.split(","));
    const [heading = [], ...rows] = table(await exported("csv", trace, "--all"));
    const [names = [], ...own] = table(await exported("csv", trace, "--update", "3"));
    const places = names.map((name) => heading.indexOf(name));
    const here = rows.filter(([update]) => update === "3");
    expect(here.map((row) => places.map((place) => row[place]))).toEqual(own);
    const numbers = jsonLines(readFileSync(trace, "utf8")).flatMap(({ update }) => update ?? []);
    expect([...new Set(rows.map(([update]) => Number(update)))]).toEqual(numbers);
  });

  test("as a trace has its own lines and no others", async () => {
    const lines = (await exported("pgtrace", trace, "--update", "2")).trimEnd().split("\n");
    const whole = readFileSync(trace, "utf8").trimEnd().split("\n");
    const rest = lines.map((line) => JSON.parse(line));
    const { episodes } = rest.at(-1);
    expect(rest.slice(0, -1).every(({ episode }) => episodes.includes(episode))).toBe(true);
    expect(lines.every((line) => whole.includes(line))).toBe(true);
  });

  test.each(["pytorch", "numpy"] as const)(
    "as a script for %s names rule, source and what is not compared",
    async (to) => {
      const script = await exported(to, trace);
      expect(script).toMatch(/The weights follow c = 1\.000·γᵗ\(G − V\), residual/);
      expect(script).toMatch(/def weights\(\):/);
      expect(script).toContain('beside("dL/dlog_pi", d_log_pi, recorded_coef)');
    },
  );

  test.each([
    [[trace, "--to", "csv", "--update", "999"], /has no update 999.*It has 1 to /],
    [[trace, "--to", "numpy", "--all"], /all updates are exported as one table/],
    [[trace, "--to", "csv", "--every", "2"], /all updates are exported as one table/],
    [["nowhere.pgtrace", "--to", "csv"], /there is no such file/],
  ])("%j is wrong use, in one line", async (words, message) => {
    const { exit, error } = await pgi("export", ...words);
    expect([exit, error.trim().split("\n").length]).toEqual([2, 1]);
    expect(error).toMatch(message);
  });

  test("that holds no weights is refused as a script with what to record", async () => {
    const path = join(temporaryFolder(), "poor.pgtrace");
    const steps = [0, 1].map((t) => ({ episode: 1, t, action: 0, reward: 1, terminated: t === 1 }));
    writeFileSync(
      path,
      [...steps, { update: 1, loss: 2 }].map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    const { exit, error } = await pgi("export", path, "--to", "numpy");
    expect(exit).toBe(1);
    expect(error).toMatch(/cannot be made again.*Record log_prob with its gradient/);
    expect((await pgi("export", path, "--to", "csv")).exit).toBe(0);
  });
});

describe("runs", () => {
  test("lists the runs of a folder with their updates, a broken one with its reason", async () => {
    const here = temporaryFolder();
    await trainedRun(here, "one.pgrun", "--updates", "3");
    await trainedRun(
      here,
      "two.pgrun",
      "--updates",
      "2",
      "--environment",
      "ShortCorridor",
      "--algorithm",
      "reinforce",
    );
    await pgi("export", join(here, "one.pgrun"), "--to", "csv", "--out", join(here, "three.pgrun"));
    const listed = await pgi("runs", here, "--json");
    expect(listed.exit).toBe(0);
    expect(jsonLines(listed.out)).toMatchObject([
      { name: "one.pgrun", updates: 3, environment: "CartPole-v1", beingWritten: false },
      { name: "three.pgrun", updates: 0, error: expect.stringContaining("is not a run file") },
      { name: "two.pgrun", updates: 2, environment: "ShortCorridor" },
    ]);
    const { out } = await pgi("runs", here);
    expect(out).toMatch(/^one\.pgrun +3 +\d+ +REINFORCE \(13\.3\) on CartPole-v1, seed 1$/m);
    expect(out).toMatch(/^three\.pgrun +\d+ +broken /m);
  });

  test("says that there are none in an empty folder", async () => {
    const here = temporaryFolder();
    expect(await pgi("runs", here)).toMatchObject({
      exit: 0,
      out: `No runs in ${here}. "pgi train" makes one.\n`,
    });
  });
});

import { beforeAll, describe, expect, test } from "vitest";
import { jsonLines, pgi } from "../../util/cli.ts";
import { sharedFolder } from "../../util/temporaryFolder.ts";
import { trainedRun } from "../../util/trainedRun.ts";

type Row = Record<string, number>;

const folder = sharedFolder();
const gamma = 0.97;
let run: string;

beforeAll(async () => {
  run = await trainedRun(folder, "a.pgrun", "--updates", "12", "--seed", "3", "--gamma", String(gamma));
});

async function rowsOf(...words: string[]): Promise<{ rows: Row[]; last: Record<string, unknown> }> {
  const { exit, out, error } = await pgi("show", run, "--json", ...words);
  expect([exit, error]).toEqual([0, ""]);
  const lines = jsonLines(out);
  return { rows: lines.slice(0, -1) as Row[], last: lines.at(-1)! };
}

const everything =
  "step,episode,t,action,reward,G,gamma_t,log_pi,entropy,weight,l,dlogit,size,share,pi,logit,obs,terminated,truncated";

describe("show --json", () => {
  test.for([1, 5, 12])("gives update %d's columns as their definitions have them", async (update) => {
    const { rows, last } = await rowsOf(
      "--update",
      String(update),
      "--columns",
      everything,
      "--limit",
      "1000",
    );
    expect(last).toMatchObject({ update, steps: rows.length, rest: 0, verdict: { kind: "book" } });
    let G = 0;
    for (const row of [...rows].reverse()) {
      G = row.reward! + gamma * G;
      expect(row.G).toBeCloseTo(G, 10);
    }
    for (const [t, row] of rows.entries()) {
      const chosen = row[`pi[${row.action}]`]!;
      const [left, right] = [row["pi[0]"]!, row["pi[1]"]!];
      expect(row).toMatchObject({ step: t, t, episode: update, reward: 1 });
      expect(left + right).toBeCloseTo(1, 14);
      expect(right / left).toBeCloseTo(Math.exp(row["logit[1]"]! - row["logit[0]"]!), 9);
      expect(row.log_pi).toBeCloseTo(Math.log(chosen), 12);
      expect(row.entropy).toBeCloseTo(-left * Math.log(left) - right * Math.log(right), 12);
      expect(row.gamma_t).toBeCloseTo(gamma ** t, 12);
      expect(row.weight).toBeCloseTo(gamma ** t * row.G!, 10);
      expect(row.l).toBeCloseTo(-(gamma ** t) * row.G! * Math.log(chosen), 9);
      for (const k of [0, 1]) {
        const expected = -row.weight! * ((k === row.action ? 1 : 0) - row[`pi[${k}]`]!);
        expect(row[`dlogit[${k}]`]).toBeCloseTo(expected, 9);
      }
    }
    const sum = (name: string) => rows.reduce((total, row) => total + row[name]!, 0);
    expect(sum("share")).toBeCloseTo(1, 12);
    expect(sum("l")).toBeCloseTo(last.loss as number, 9);
    expect([sum("terminated") + sum("truncated"), rows.at(-1)!.truncated]).toEqual([1, 0]);
  });

  test("without --update is the last update, with 20 rows of it", async () => {
    const { rows, last } = await rowsOf();
    expect(last.update).toBe(12);
    expect(rows).toHaveLength(Math.min(20, last.steps as number));
  });

  test.for(["share", "size", "log_pi", "dlogit[1]"])(
    "sorts by %s, largest or smallest first",
    async (column) => {
      const all = (await rowsOf("--columns", `step,${column}`, "--limit", "1000")).rows;
      for (const [words, sign] of [
        [[], -1],
        [["--ascending"], 1],
      ] as const) {
        const { rows } = await rowsOf(
          "--columns",
          `step,${column}`,
          "--sort",
          column,
          "--limit",
          "7",
          ...words,
        );
        const expected = [...all].sort((a, b) => sign * (a[column]! - b[column]!) || a.step! - b.step!);
        expect(rows).toEqual(expected.slice(0, 7));
      }
    },
  );

  test("prints the columns asked for in that order, groups whole", async () => {
    const { rows } = await rowsOf("--columns", "G, dlogit,t", "--limit", "2");
    expect(rows.map((row) => Object.keys(row))).toEqual([
      ["G", "dlogit[0]", "dlogit[1]", "t"],
      ["G", "dlogit[0]", "dlogit[1]", "t"],
    ]);
  });
});

describe("show in words", () => {
  test("has aligned columns, the sum row, the loss and the verdict", async () => {
    const { exit, out } = await pgi("show", run, "--limit", "5");
    const lines = out.split("\n");
    expect(exit).toBe(0);
    expect(lines[1]).toMatch(
      /^ *t +action +reward +G +γᵗ +log π +entropy +weight c +ℓ +∂L\/∂z left +∂L\/∂z right +size +share$/,
    );
    const widths = lines.slice(1, 8).map((line) => [...line].length);
    expect(new Set(widths).size).toBe(1);
    expect(lines[7]).toMatch(/^ *Σ .* 100 %$/);
    expect(out).toContain("REINFORCE (13.3): c = 1.000·γᵗG");
    expect(out).toContain("theta += alpha * gamma^t * G * grad(log_pi)");
  });

  test("tells a kept update from a replayed one", async () => {
    expect((await pgi("show", run)).out).toMatch(/^update 12 · \d+ steps · kept in the run\n/);
    expect((await pgi("show", run, "--update", "6")).out).toMatch(
      /^update 6 · \d+ steps · recomputed by replay/,
    );
  });
});

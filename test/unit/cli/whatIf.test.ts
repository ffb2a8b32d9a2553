import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { jsonLines, pgi } from "../../util/cli.ts";
import { sharedFolder } from "../../util/temporaryFolder.ts";
import { trainedRun } from "../../util/trainedRun.ts";

interface Side {
  readonly loss: number;
  readonly grad_norm: number;
  readonly verdict: { readonly kind: string; readonly sentence: string };
  readonly columns: Record<string, number[]>;
  readonly dlogits: number[];
}
interface Ratio {
  readonly before: number;
  readonly after: number;
  readonly ratio: number;
  readonly cosine: number;
}
interface WhatIf {
  readonly update: number;
  readonly steps: number;
  readonly before: Side;
  readonly after: Side;
  readonly layers: (Ratio & { name: string; shape: number[] })[];
  readonly total: Ratio;
}

const folder = sharedFolder();
const own = "-(gamma**t * discounted_returns(r, gamma) * log_pi).sum()";
let run: string;

beforeAll(async () => {
  run = await trainedRun(folder, "a.pgrun", "--updates", "12", "--seed", "2");
});

async function whatIf(loss: string, update = 12): Promise<WhatIf> {
  const result = await pgi("what-if", run, "--update", String(update), "--loss", loss, "--json");
  expect(result.exit).toBe(0);
  expect(result.error).not.toMatch(/^error/mu);
  return jsonLines(result.out)[0] as unknown as WhatIf;
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) {
    expect(Math.abs(actual[index]! - value), `[${index}]`).toBeLessThanOrEqual(
      1e-12 + 1e-9 * Math.abs(value),
    );
  }
}

describe("what-if", () => {
  test("with the trainer's own loss changes nothing, bit for bit", async () => {
    const { before, after, layers, total, update } = await whatIf(own, 5);
    expect(update).toBe(5);
    expect(after.dlogits).toEqual(before.dlogits);
    expect(after.columns.weight).toEqual(before.columns.weight);
    expect([after.loss, after.grad_norm]).toEqual([before.loss, before.grad_norm]);
    for (const layer of [...layers, total]) {
      expect(layer.ratio).toBe(1);
      expect(layer.cosine).toBeCloseTo(1, 12);
    }
    expect(layers.map(({ name, shape }) => [name, shape])).toEqual([
      ["W1", [16, 4]],
      ["b1", [16]],
      ["W2", [2, 16]],
      ["b2", [2]],
    ]);
  });

  test.for([
    ["2 * ", 2, 1],
    ["-", 1, -1],
    ["-0.25 * ", 0.25, -1],
  ] as const)(
    "of %s(the loss) scales every layer's gradient and keeps its line",
    async ([factor, ratio, cosine]) => {
      const { before, after, layers, total } = await whatIf(`${factor}(${own})`);
      for (const layer of [...layers, total]) {
        expect(layer.ratio).toBeCloseTo(ratio, 12);
        expect(layer.cosine).toBeCloseTo(cosine, 12);
        expect(layer.after).toBeCloseTo(ratio * layer.before, 8);
      }
      const scale = ratio * cosine;
      expectClose(
        after.dlogits,
        before.dlogits.map((value) => scale * value),
      );
      expectClose(
        after.columns.weight!,
        before.columns.weight!.map((value) => scale * value),
      );
      expectClose(after.columns.share!, before.columns.share!);
      expect(after.verdict.kind).toBe(cosine < 0 ? "mistake" : "variant");
    },
  );

  test("has ∂L/∂logit = −w([k = a] − π_k) for −Σ w·log π of any weight", async () => {
    const columns = ["action", "pi", "reward", "t"];
    const shown = await pgi("show", run, "--json", "--limit", "1000", "--columns", columns.join(","));
    const rows = jsonLines(shown.out).slice(0, -1) as Record<string, number>[];
    const { after } = await whatIf("-((r * cos(t) - 0.3) * log_pi).sum()");
    const weights = rows.map((row) => row.reward! * Math.cos(row.t!) - 0.3);
    expectClose(after.columns.weight!, weights);
    const gradient = rows.flatMap((row, t) =>
      [0, 1].map((k) => -weights[t]! * ((k === row.action ? 1 : 0) - row[`pi[${k}]`]!)),
    );
    expectClose(after.dlogits, gradient);
  });

  test("reads the same gradient from cross entropy on the logits as from log_pi", async () => {
    const named = await whatIf("-(discounted_returns(r, gamma) * log_pi).sum()");
    const direct = await whatIf("(discounted_returns(r,gamma)*cross_entropy(logits,a)).sum()");
    expect(direct.after.loss).toBeCloseTo(named.after.loss, 8);
    expectClose(direct.after.dlogits, named.after.dlogits);
    expectClose(direct.after.columns.weight!, named.after.columns.weight!);
    expect(direct.after.verdict.sentence).toMatch(/^REINFORCE without γᵗ: c = 1\.000·G/);
    expect(direct.total.after).toBeCloseTo(named.total.after, 9);
  });

  test("divides a mean by the number of steps, and says so", async () => {
    const { after, before, total, steps } = await whatIf(own.replace(".sum()", ".mean()"));
    expect(total.ratio).toBeCloseTo(1 / steps, 12);
    expect(after.loss).toBeCloseTo(before.loss / steps, 9);
    expect(after.verdict.sentence).toContain("averaged over the steps");
  });

  test("adds an entropy bonus as −β π_k(ln π_k + H) at every output", async () => {
    const beta = 0.7;
    const { before, after } = await whatIf(`${own} - ${beta} * entropy.sum()`);
    const shown = await pgi("show", run, "--json", "--limit", "1000", "--columns", "pi,entropy");
    const rows = jsonLines(shown.out).slice(0, -1) as Record<string, number>[];
    const bonus = rows.flatMap((row) =>
      [0, 1].map((k) => beta * row[`pi[${k}]`]! * (Math.log(row[`pi[${k}]`]!) + row.entropy!)),
    );
    expectClose(
      after.dlogits,
      before.dlogits.map((value, index) => value + bonus[index]!),
    );
    expectClose(after.columns.weight!, before.columns.weight!);
  });

  test("takes a loss from a file", async () => {
    const file = join(folder, "twice.pgloss");
    writeFileSync(
      file,
      `# twice\nG = discounted_returns(r, gamma)\nloss = -2 * (gamma**t * G * log_pi).sum()\n`,
    );
    expect((await whatIf(file)).total.ratio).toBeCloseTo(2, 12);
  });
});

describe("what-if in words", () => {
  test("shows both losses, both verdicts and a row for every layer", async () => {
    const { exit, out, error } = await pgi("what-if", run, "--loss", `-(${own})`);
    expect(exit).toBe(0);
    expect(error).toMatch(/^warning, line 1 column 5: this term enters with a plus/u);
    expect(out).toMatch(/\ntrainer\nloss /);
    expect(out).toMatch(/\nedited\nloss /);
    expect(out).toContain("Wrong sign: REINFORCE (13.3)");
    for (const layer of ["W1", "b1", "W2", "b2", "all"])
      expect(out).toMatch(new RegExp(`^${layer} .* 1× +-1\\.000000$`, "m"));
  });

  test("warns of a loss without gradient and of one that spreads, and still evaluates them", async () => {
    const constant = await pgi("what-if", run, "--loss", "r.sum()");
    expect(constant.exit).toBe(0);
    expect(constant.error).toContain("no gradient reaches the policy");
    expect(constant.out).toContain("No policy-gradient term");
    const spread = await pgi("what-if", run, "--loss", "-(r[:, None] * log_pi).mean()");
    expect(spread.exit).toBe(0);
    expect(spread.error).toMatch(/^error, line 1 column 3: .*\[T, 1\] against \[T\]/);
  });
});

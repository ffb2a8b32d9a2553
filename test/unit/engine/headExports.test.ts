import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exportUpdate } from "../../../src/engine/exports/exportUpdate.ts";
import { OpenRun } from "../../../src/engine/openRun.ts";
import { resolveSettings, type SettingsRequest } from "../../../src/engine/settings.ts";
import { TrainingSession } from "../../../src/engine/trainingSession.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

/** An update of a run recorded with these settings, opened, and a path beside the run. */
async function openedUpdate(request: SettingsRequest, update: number) {
  const folder = temporaryFolder();
  const path = join(folder, "run.pgrun");
  const resolved = resolveSettings({ seed: 1, hidden: [8], ...request });
  await TrainingSession.create(path, resolved, { limit: { updates: update } }).run();
  const run = new OpenRun("run", path);
  const { inspector } = await run.inspect(update);
  return { opened: { run, inspector, names: run.names, edited: undefined }, folder, run };
}

type Line = Record<string, unknown>;
const linesOf = (path: string) =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

/** The float64 numbers of a packed tensor of this shape. */
function numbersOf(packed: unknown, shape: readonly number[]): number[] {
  const { base64, ...rest } = packed as { base64: string };
  expect(rest).toEqual({ dtype: "float64", shape });
  return [...new Float64Array(new Uint8Array(Buffer.from(base64, "base64")).buffer)];
}

describe("a trace", () => {
  test("of cut episodes says what V was after the cut, and of Gaussian actions μ, ln σ and what they get", async () => {
    const { opened, folder, run } = await openedUpdate(
      { algorithm: "a2c", environment: "MountainCarContinuous-v0", environments: 2, batch: 5 },
      3,
    );
    const path = join(folder, "update.pgtrace");
    await exportUpdate(opened as never, "pgtrace", path);
    const [header, rollout, update] = linesOf(path) as [Line, Line, Line];
    const { heads, trainer } = opened.inspector;
    expect(header).toMatchObject({ action_space: { type: "box", shape: [1] } });
    const timeFirst = (values: ArrayLike<number>) =>
      Array.from({ length: 10 }, (_, row) => values[(row % 2) * 5 + Math.floor(row / 2)]!);
    expect(numbersOf(rollout.value, [5, 2])).toEqual(timeFirst(heads.values!));
    expect(numbersOf(rollout.mu, [5, 2, 1])).toEqual(timeFirst(heads.mu!));
    expect(numbersOf(rollout.log_sigma, [5, 2, 1])).toEqual(timeFirst(heads.logSigma!));
    expect(numbersOf(rollout.terminated, [5, 2])).toEqual(new Array(10).fill(0));
    expect(numbersOf(rollout.truncated, [5, 2])).toEqual(new Array(10).fill(0));
    const cut = heads.nextValues!.map((value, t) => (t === 4 || t === 9 ? value : Number.NaN));
    expect(numbersOf(rollout.final_value, [5, 2])).toEqual(timeFirst(cut));
    expect(update).toMatchObject({
      rollout: 1,
      rows: [0, 2, 4, 6, 8, 1, 3, 5, 7, 9],
      loss: trainer.evaluation.value,
      value_grad: [...trainer.evaluation.gradient.values!.subarray(0, 10)],
      mu_grad: [...trainer.evaluation.gradient.mu!].map((value) => [value]),
    });
    await run.close();
  });

  test("of a minibatch has the whole batch before it, and what the policy has become since", async () => {
    const { opened, folder, run } = await openedUpdate({ algorithm: "ppo", environments: 2, batch: 32 }, 7);
    const path = join(folder, "update.pgtrace");
    expect((await exportUpdate(opened as never, "pgtrace", path)).rows).toBe(16);
    const [, rollout, update] = linesOf(path) as [Line, Line, Line];
    const { frozen, heads } = opened.inspector;
    const { rows, recorded } = frozen.batch;
    expect(update).toMatchObject({ update: 7, rollout: 1, epoch: 1, minibatch: 2 });
    expect(update.rows).toEqual(Array.from(rows!, (row) => (row % 32) * 2 + Math.floor(row / 32)));
    expect(update.log_prob).toEqual([...heads.logProbabilities]);
    const acted = numbersOf(rollout.log_prob, [32, 2]);
    expect((update.rows as number[]).map((row) => acted[row])).toEqual([...recorded!.log_pi_old!]);
    await run.close();
  });
});

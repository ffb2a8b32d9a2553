import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exportUpdate } from "../../../src/engine/exportUpdate.ts";
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

describe("a trace", () => {
  test("of cut episodes says what V was after the cut, and of Gaussian actions μ, ln σ and what they get", async () => {
    const { opened, folder, run } = await openedUpdate(
      { algorithm: "a2c", environment: "Pendulum-v1", environments: 2, batch: 5 },
      3,
    );
    const path = join(folder, "update.pgtrace");
    exportUpdate(opened as never, "pgtrace", path);
    const lines = linesOf(path);
    const steps = lines.slice(1, -1);
    const { heads, trainer } = opened.inspector;
    expect(lines[0]).toMatchObject({ action_space: { type: "box", shape: [1] } });
    expect(steps).toHaveLength(10);
    for (const [t, step] of steps.entries()) {
      expect(step).toMatchObject({
        value: heads.values![t],
        mu: [heads.mu![t]],
        log_sigma: [heads.logSigma![t]],
      });
      expect(step.final_value).toBe(t === 4 || t === 9 ? heads.nextValues![t] : undefined);
      expect([step.terminated, step.truncated]).toEqual([false, t === 4 || t === 9]);
    }
    expect(lines.at(-1)).toMatchObject({
      loss: trainer.evaluation.value,
      value_grad: [...trainer.evaluation.gradient.values!],
      mu_grad: [...trainer.evaluation.gradient.mu!].map((value) => [value]),
    });
    await run.close();
  });

  test("of a minibatch is refused with what can be had instead", async () => {
    const { opened, folder, run } = await openedUpdate({ algorithm: "ppo", environments: 2, batch: 32 }, 5);
    const path = join(folder, "update.pgtrace");
    expect(() => exportUpdate(opened as never, "pgtrace", path)).toThrow(/do not follow each other/);
    expect(exportUpdate(opened as never, "csv", join(folder, "update.csv")).rows).toBe(16);
    await run.close();
  });
});

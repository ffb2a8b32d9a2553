import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { exportUpdate } from "../../../../src/engine/exports/exportUpdate.ts";
import { OpenRun } from "../../../../src/engine/openRun.ts";
import { resolveSettings, type SettingsRequest } from "../../../../src/engine/settings.ts";
import { OpenTrace } from "../../../../src/engine/traces/openTrace.ts";
import { TrainingSession } from "../../../../src/engine/trainingSession.ts";
import { temporaryFolder } from "../../../util/temporaryFolder.ts";

const reference = resolve(import.meta.dirname, "../../../reference/traces");
const referenceTraces = readdirSync(reference).filter((name) => name.endsWith(".jsonl"));

function openedTrace(path: string): OpenTrace {
  const trace = new OpenTrace("trace", path);
  trace.refresh();
  return trace;
}

/** An update of a run, and the same exported as a trace and opened. */
async function twice(request: SettingsRequest, update = 4) {
  const folder = temporaryFolder();
  const path = join(folder, "run.pgrun");
  const resolved = resolveSettings({ seed: 1, hidden: [8], ...request });
  await TrainingSession.create(path, resolved, { limit: { updates: update } }).run();
  const run = new OpenRun("run", path);
  const { inspector } = await run.inspect(update);
  const out = join(folder, "update.pgtrace");
  await exportUpdate({ run, inspector, names: run.names }, "pgtrace", out);
  await run.close();
  const trace = openedTrace(out);
  return { run: inspector, trace, opened: trace.opened(1) };
}

const requests: readonly [SettingsRequest][] = [
  [{ algorithm: "reinforce", environment: "CartPole-v1" }],
  [{ algorithm: "reinforce-baseline", environment: "CartPole-v1" }],
  [{ algorithm: "pytorch-reinforce", environment: "Acrobot-v1" }],
  [{ algorithm: "reinforce-gaussian", environment: "Pendulum-v1" }],
  [{ algorithm: "a2c", environment: "CartPole-v1", environments: 2, batch: 16 }],
  [{ algorithm: "a2c", environment: "MountainCarContinuous-v0", environments: 2, batch: 16 }],
];

/** Columns that only a loss that is known as text, or θ, gives. */
const ofTextOrTheta = /^(l(_\d+)?|size|share)$/;

describe("an update of a run, exported as a trace and opened", () => {
  test.each(requests)("has the run's own columns to the last digit, for %j", async (request) => {
    const { run, opened } = await twice(request);
    const { inspector, names } = opened;
    const offered = new Set(inspector.columnViews(inspector.trainer, names).map(({ name }) => name));
    const own = run.columnViews(run.trainer, names).map(({ name }) => name);
    // A trace tells of ends only where there are some, and where a batch cuts an episode is none.
    const { terminated, truncated } = run.frozen.batch;
    const ends: Readonly<Record<string, Uint8Array>> = { terminated, truncated };
    const isTold = (name: string) => ends[name]?.includes(1) ?? true;
    for (const name of own.filter((one) => !ofTextOrTheta.test(one) && isTold(one))) {
      expect(offered, name).toContain(name);
      const recorded = Array.from(inspector.column(inspector.trainer, name)!);
      expect(recorded, name).toEqual(Array.from(run.column(run.trainer, name)!));
    }
    for (const name of ["size", "share"]) expect(offered).toContain(name);
  });

  test.each(requests)(
    "gives every edited loss the run's value and gradient at the outputs, for %j",
    async (request) => {
      const { run, opened } = await twice(request);
      for (const text of [
        "loss = -(log_pi * r).mean()",
        "loss = -(gamma**t * discounted_returns(r, gamma) * log_pi).sum() - 0.1 * entropy.sum()",
      ]) {
        const [ofTrace, ofRun] = [opened.inspector.inspect(text), run.inspect(text)];
        if (!ofTrace.ok || !ofRun.ok) throw new Error(text);
        expect(ofTrace.loss.evaluation.value).toBe(ofRun.loss.evaluation.value);
        for (const output of ["logits", "mu", "logSigma"] as const) {
          expect(ofTrace.loss.evaluation.gradient[output]).toEqual(ofRun.loss.evaluation.gradient[output]);
        }
      }
    },
  );

  test("shows a step as the run does, with the environment drawn", async () => {
    const { trace } = await twice({ algorithm: "reinforce", environment: "CartPole-v1" });
    const { environment, names } = trace.opened(1);
    expect(environment?.id).toBe("CartPole-v1");
    expect(names.actionNames).toEqual(["left", "right"]);
  });
});

describe("an update of a trace", () => {
  test.each(referenceTraces)(
    "has shares that sum to 1 and a text with the recorded weights, in %s",
    (name) => {
      const trace = openedTrace(join(reference, name));
      for (let place = 1; place <= Math.min(3, trace.overview.updateCount); place++) {
        const { inspector } = trace.opened(place);
        const { trainer } = inspector;
        const shares = inspector.column(trainer, "share")!;
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        const text = inspector.inspect(trainer.text);
        if (!text.ok) throw new Error(trainer.text);
        const written = text.loss.verdict.fingerprint.weights;
        const largest = Math.max(...trainer.verdict.fingerprint.weights.map(Math.abs));
        trainer.verdict.fingerprint.weights.forEach((weight, t) => {
          expect(Math.abs(written[t]! - weight)).toBeLessThan(1e-5 * largest);
        });
      }
    },
  );

  test.each([
    "correct.cartpole",
    "correct.reach1d",
    "correct_baseline.cartpole",
    "correct_baseline.reach1d",
    "wrong_sign.cartpole",
    "mean_instead_of_sum.cartpole",
  ])("is read as a text that has the recorded loss, in %s", (name) => {
    const { inspector } = openedTrace(join(reference, `${name}.jsonl`)).opened(2);
    const text = inspector.inspect(inspector.trainer.text);
    if (!text.ok) throw new Error(inspector.trainer.text);
    const recorded = inspector.frozen.value!;
    expect(Math.abs(text.loss.evaluation.value - recorded)).toBeLessThan(1e-12 * (1 + Math.abs(recorded)));
    expect(inspector.trainer.evaluation.value).toBe(recorded);
  });

  test("says what it does not hold, and refuses losses that need it by name", () => {
    const path = join(temporaryFolder(), "bare.pgtrace");
    const steps = [0, 1, 2].map((t) => ({ episode: 1, t, action: 0, reward: t + 1 }));
    writeFileSync(
      path,
      [...steps, { update: 1, gamma: 0.5 }].map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    const view = openedTrace(path).view(1);
    expect(view.loss.columns.map(({ name }) => name)).toEqual([
      "step",
      "episode",
      "t",
      "action",
      "reward",
      "G",
      "gamma_t",
    ]);
    expect(view.trace!.missing.map(({ name }) => name)).toContain("log_prob");
    expect(view.loss.verdict.kind).toBe("undecided");
    const inspection = openedTrace(path).opened(1).inspector.inspect("-(log_pi * r).sum()");
    expect(inspection.diagnostics[0]?.message).toMatch(/does not hold log_pi.*record log_prob/);
    expect(inspection.ok).toBe(false);
  });

  test("calls actions by the environment's names, and draws its steps, without the policy's outputs too", () => {
    const path = join(temporaryFolder(), "named.pgtrace");
    const steps = [0, 1].map((t) => ({
      episode: 1,
      t,
      obs: [0, 0, 0.1, 0],
      action: t,
      log_prob: -1,
      reward: 1,
    }));
    const header = { pgtrace: 1, environment: "CartPole-v1" };
    const written = (lines: readonly object[]) =>
      writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    written([header, ...steps, { update: 1 }]);
    const { names, environment } = openedTrace(path).opened(1);
    expect([names.actionNames, environment?.id]).toEqual([["left", "right"], "CartPole-v1"]);
    written([header, ...steps.map((step) => ({ ...step, obs: [1, 2] })), { update: 1 }]);
    expect(openedTrace(path).opened(1).environment).toBeUndefined();
  });

  test("has the places of a finding's steps", () => {
    const trace = openedTrace(join(reference, "missing_gamma_t.cartpole.jsonl"));
    const { findings } = trace.diagnosis.diagnosis;
    const [finding] = findings.filter(({ id }) => id === "missing_gamma_t");
    const steps = finding!.steps.slice(0, 5);
    const place = trace.placeOf({ run: trace.id, updates: finding!.updates, steps })!;
    const { batch } = trace.opened(place.update).inspector.frozen;
    expect(place.steps.length).toBeGreaterThan(0);
    for (const step of place.steps) {
      expect(steps).toContainEqual({ episode: batch.episodes[step], t: batch.time[step] });
    }
  });
});

describe("a trace that grows", () => {
  const lines = readFileSync(join(reference, "correct.cartpole.jsonl"), "utf8").trimEnd().split("\n");

  test("shows what was added, and keeps what was open", () => {
    const path = join(temporaryFolder(), "growing.pgtrace");
    const second = lines.findIndex((line) => line.startsWith('{"update":2') || line.includes('"update": 2'));
    writeFileSync(path, `${lines.slice(0, second).join("\n")}\n`);
    const trace = openedTrace(path);
    const { id } = trace;
    const before = trace.opened(1);
    expect(trace.overview.updateCount).toBe(1);
    appendFileSync(path, `${lines.slice(second).join("\n")}\n`);
    trace.refresh();
    expect(trace.id).toBe(id);
    expect(trace.opened(1)).toBe(before);
    expect(trace.overview).toEqual({
      ...openedTrace(join(reference, "correct.cartpole.jsonl")).overview,
      path,
      bytes: trace.overview.bytes,
      modified: trace.overview.modified,
    });
  });

  test("is another one once its file was cut or replaced", () => {
    const path = join(temporaryFolder(), "replaced.pgtrace");
    writeFileSync(path, `${lines.join("\n")}\n`);
    const trace = openedTrace(path);
    const { id } = trace;
    const old = trace.opened(1);
    truncateSync(path, lines.slice(0, 12).join("\n").length + 1);
    trace.refresh();
    expect(trace.id).not.toBe(id);
    expect(trace.overview.steps).toBe(12);
    writeFileSync(path, `${lines.join("\n")}\n`);
    trace.refresh();
    expect(trace.opened(1)).not.toBe(old);
  });
});

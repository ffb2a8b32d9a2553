import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { actorCriticTraces } from "../../src/algorithms/actorCritic.ts";
import type { AlgorithmRecord } from "../../src/algorithms/algorithm.ts";
import { algorithms } from "../../src/algorithms/registry.ts";
import { type FrozenUpdate, freeze } from "../../src/engine/frozenUpdate.ts";
import { Inspector } from "../../src/engine/inspection/inspector.ts";
import { randomVector, smallBatch } from "../../src/engine/proof/problem.ts";
import { updateScript } from "../../src/engine/script/updateScript.ts";
import { resolveSettings } from "../../src/engine/settings.ts";
import { Trainer } from "../../src/engine/trainer.ts";
import { architectureOf } from "../../src/policies/architecture.ts";
import type { PolicySpecification } from "../../src/policies/policy.ts";
import { RowMasks } from "../../src/policies/rowMasks.ts";
import type { Batch } from "../../src/rl/batch.ts";
import type { Generator } from "../../src/rl/generator.ts";
import { createGenerator } from "../../src/rl/randomGenerator.ts";
import { temporaryFolder } from "../util/temporaryFolder.ts";

const python = process.env.ORACLE_PYTHON ?? "";
const base: PolicySpecification = {
  observationSize: 3,
  hidden: [7, 5],
  activation: "relu",
  bias: true,
  actionCount: 3,
};
const policies: readonly (readonly [string, PolicySpecification])[] = [
  ["relu", base],
  ["tanh without bias", { ...base, activation: "tanh", bias: false }],
  ["linear", { ...base, hidden: [] }],
  ["a shared V", { ...base, value: { trunk: "shared" } }],
  ["dropout", { ...base, dropout: 0.4 }],
  [
    "tanh and dropout beside a value network",
    { ...base, activation: "tanh", dropout: 0.7, value: { trunk: "own", hidden: [4] } },
  ],
  ["a value network", { ...base, value: { trunk: "own", hidden: [4, 3] } }],
  ["a Gaussian", { ...base, actionCount: 2, gaussian: { sigma: "network", by: "softplus" } }],
  [
    "free deviations and V",
    { ...base, actionCount: 2, gaussian: { sigma: "parameter", by: "exp" }, value: { trunk: "shared" } },
  ],
];

const shippedLosses = algorithms.map(({ loss }) => loss).filter((loss) => !/\b(V|mu|sigma|adv)\b/.test(loss));

/** Losses that name every head of a policy and much of the data. */
function lossesFor(specification: PolicySpecification): string[] {
  const { gaussian, value } = specification;
  const action = gaussian
    ? "(mu ** 2).sum() + 0.3 * (sigma ** 3).sum() + 0.1 * (a * mu).sum()"
    : "0.05 * (logits ** 2).sum() - pi[:, 0].sum() + cross_entropy(logits, a).mean()";
  const clipped =
    "-minimum(exp(log_pi - log_pi_old) * G_recorded, clamp(exp(log_pi - log_pi_old), 0.8, 1.2) * G_recorded).sum()";
  const critic =
    "delta = td_error(r, V_recorded, gamma)\n((V - r - gamma * V_next) ** 2).mean() - (delta.detach() * log_pi).sum()";
  const minibatch =
    "ratio = exp(log_pi - log_pi_old)\n-minimum(ratio * adv, clamp(ratio, 0.8, 1.2) * adv).mean() + ((V - G_recorded) ** 2).mean() + ((V - V_recorded) ** 2).mean()";
  return [
    ...(specification === base ? shippedLosses : []),
    `-(gamma**t * r * log_pi).sum() - 0.1 * entropy.sum() + ${action}`,
    `${clipped} / T + where(done, 0 * log_pi, log_pi).mean() / N`,
    ...(value ? [critic, minibatch, actorCriticTraces.loss] : []),
  ];
}

/** Steps of a larger batch, with what was recorded of them before. */
function asPart(batch: Batch, generator: Generator): Batch {
  const column = () => randomVector(batch.steps, generator, 1);
  const recorded = { adv: column(), log_pi_old: column(), V_recorded: column(), G_recorded: column() };
  return { ...batch, rows: Float64Array.from({ length: batch.steps }, (_, row) => row), recorded };
}

function drawnMasks(
  steps: number,
  hidden: readonly number[],
  dropout: number,
  generator: Generator,
): Uint8Array {
  const masks = new RowMasks(hidden, dropout, steps);
  for (let row = 0; row < steps; row++) masks.draw(row, generator);
  return masks.rows(steps);
}

function inspectorOf(specification: PolicySpecification, loss: string, seed: number): Inspector {
  const generator = createGenerator(seed, "scripts");
  const theta = randomVector(architectureOf(specification).parameterCount, generator, 0.8);
  const batch = smallBatch(specification, generator);
  const { hidden, dropout } = specification;
  const masks = dropout && { masks: drawnMasks(batch.steps, hidden, dropout, generator) };
  const trace = () => ({ value: generator.uniform(), gradient: randomVector(theta.length, generator, 0.5) });
  const carried = /\bz_w\b/.test(loss) && { carried: { z_theta: trace(), z_w: trace() } };
  const frozen: FrozenUpdate = {
    update: 7,
    specification,
    theta,
    batch: { ...(/\badv\b/.test(loss) ? asPart(batch, generator) : batch), ...masks, ...carried },
    gamma: 0.9,
    learningRate: 0.01,
    loss,
  };
  return new Inspector(frozen);
}

/** What a script prints: for every line the number here, the recorded one, and their relative difference. */
function run(script: string): { name: string; here: number; recorded: number; difference: number }[] {
  const file = join(temporaryFolder(), "update.py");
  writeFileSync(file, script);
  const output = execFileSync(python, [file], { encoding: "utf8" });
  return output
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [name, here, recorded, difference] = line.trim().split(/\s+/);
      return { name: name!, here: Number(here), recorded: Number(recorded), difference: Number(difference) };
    });
}

const cases = policies.flatMap(([name, specification]) =>
  lossesFor(specification).map((loss, index) => [name, index, specification, loss] as const),
);

/** An update of a run as the algorithm makes it, the seventh. */
function trained({ id, actions }: AlgorithmRecord): Inspector {
  const environment = actions === "continuous" ? "Pendulum-v1" : "CartPole-v1";
  const trainer = new Trainer(resolveSettings({ algorithm: id, environment, seed: 2 }));
  while (trainer.update < 7) trainer.advance(4096);
  return new Inspector(freeze(trainer.lastFrozen()!));
}

describe.each(["pytorch", "numpy"] as const)("a script for %s", (target) => {
  test.each(algorithms)("of an update of $id gives what the trainer recorded", (algorithm) => {
    const lines = run(updateScript(trained(algorithm), target, "a test"));
    for (const { name, difference } of lines) expect(difference, name).toBeLessThan(1e-10);
    expect(lines.length).toBeGreaterThan(2);
  });

  test.each(cases)(
    "of %s, loss %i, gives loss and gradient as recorded",
    (_name, index, specification, loss) => {
      const inspector = inspectorOf(specification, loss, 3 + index);
      const lines = run(updateScript(inspector, target, "a test"));
      const names = architectureOf(specification).parameters.map(({ name }) => `|dL/d${name}|`);
      expect(lines.map(({ name }) => name)).toEqual(["|loss|", "|log_pi|", ...names]);
      for (const { name, difference } of lines) expect(difference, name).toBeLessThan(1e-10);
      expect(lines[0]!.recorded).toBeCloseTo(Math.abs(inspector.trainer.evaluation.value), 10);
      expect(lines.some(({ name, here }) => name.startsWith("|dL/d") && here > 1e-3)).toBe(true);
    },
  );

  test("exits with 1 where a recorded number is another", () => {
    const inspector = inspectorOf(base, "-(r * log_pi).sum()", 1);
    const script = updateScript(inspector, target, "a test").replace(
      /^recorded_loss = (.*)$/m,
      "recorded_loss = $1 + 1e-6",
    );
    expect(() => run(script)).toThrow();
  });
});

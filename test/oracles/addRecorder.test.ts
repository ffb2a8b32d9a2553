import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diagnoseFile } from "../../src/engine/diagnosis/diagnoseFile.ts";
import { recorded } from "../cases/recorded.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";
import { runTrainers } from "./support.ts";

interface Shape {
  readonly name: string;
  /** Severity and id of all that must be told, and what the weights must be found to be. */
  readonly findings: readonly string[];
  readonly weights: string;
}

/** Scripts without a recorder, in the shapes in which people write them. */
const shapes: readonly Shape[] = [
  {
    name: "lists_on_policy",
    findings: ["info missing_gamma_t", "info normalised_per_episode"],
    weights: "normalised G",
  },
  { name: "saved_pairs", findings: ["info missing_gamma_t"], weights: "(G − V)" },
  {
    name: "loss_function",
    findings: ["info episode_return_weights", "info mean_instead_of_sum"],
    weights: "G₀/T",
  },
  { name: "vector_ppo", findings: [], weights: "normalised GAE·ratio/T" },
  { name: "agent_with_tabs", findings: [], weights: "γᵗG" },
  { name: "notebook", findings: [], weights: "γᵗG" },
  { name: "own_environment", findings: [], weights: "γᵗG" },
  { name: "passed_around", findings: ["info missing_gamma_t"], weights: "G" },
];

const folder = sharedFolder();
const root = join(import.meta.dirname, "../..");
copyFileSync(join(root, "python/pgtrace.py"), join(folder, "pgtrace.py"));

const trainers = shapes.map(({ name }) => {
  const script = join(folder, `${name}.py`);
  writeFileSync(
    script,
    recorded(readFileSync(join(root, `test/cases/recorderShapes/${name}.py`), "utf8"), name),
  );
  return { script, trace: join(folder, `${name}.pgtrace`) };
});
const errors = runTrainers(trainers);

test("every script runs with the recorder that was added", () => {
  expect(errors).toEqual([]);
});

describe("a recorder that was added", () => {
  test.each(shapes.map((shape, index) => [shape.name, index] as const))(
    "to %s gives a trace that is diagnosed right",
    (_name, index) => {
      const { findings, weights } = shapes[index]!;
      const { diagnosis } = diagnoseFile(trainers[index]!.trace);
      expect(diagnosis.findings.map(({ severity, id }) => `${severity} ${id}`)).toEqual(findings);
      expect(diagnosis.verdict).toContain(`c = 1.000·${weights}, residual`);
      expect(diagnosis.updates).toBeGreaterThan(3);
    },
  );
});

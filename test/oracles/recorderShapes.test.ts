import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diagnoseFile } from "../../src/engine/diagnosis/diagnoseFile.ts";
import { type ScalarName, scalarNames, type VectorName } from "../../src/runs/trace/trace.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";
import { askOracle, differences, isClose } from "./support.ts";

/** What autograd says of a case's last update; null is what must not be said of it, `before` is of the update before. */
type Expected = Readonly<Record<string, unknown>>;

const folder = sharedFolder();
const cases = askOracle<Readonly<Record<string, Expected>>>("recorder_shapes", 0, folder);

/** The verdict's weights, where the update is one that can be named. */
const weights: Readonly<Record<string, string>> = {
  "wrapped vector environment, next-step reset": "1.000·(G − V)/T",
  "wrapped vector environment, same-step reset": "1.000·(G − V)/T",
  "steps of several environments": "1.000·(G − V)/T",
  "one-step actor-critic": "1.000·(G − V)",
  "recurrent policy": "1.000·G",
  "multi-discrete actions": "1.000·G",
  "rollout of Dict observations": "1.000·G/T",
  "compiled model": "1.000·G",
  GradScaler: "1.000·G",
  "gradient accumulation": "0.2500·G",
  "two optimisers": "1.000·G",
  "backward twice": "2.000·G",
  "a backward for every step": "1.000·G",
  "gradients that the trainer keeps": "1.000·G",
  "a closure": "1.000·G",
  "torch.autograd.grad": "1.000·G",
  "a loop that stops early": "1.000·G",
  JAX: "1.000·G",
};

const isScalar = (name: string): name is ScalarName => (scalarNames as readonly string[]).includes(name);

describe.each(Object.entries(cases))("a loop with %s", (name, expected) => {
  const { trace, diagnosis } = diagnoseFile(join(folder, `${name}.pgtrace`));
  const update = trace.updates.at(-1)!;

  test.each(Object.entries(expected))("is recorded with the %s of autograd", (field, value) => {
    if (field === "before") {
      const coef = trace.updates.at(-2)!.vectors.get("coef")!;
      expect(differences(field, coef.data, value)).toEqual([]);
    } else if (isScalar(field)) {
      const recorded = update.scalars.get(field);
      if (value === null) expect(recorded).toBeUndefined();
      else expect(isClose(recorded!, value as number), `${field}: ${recorded}, not ${value}`).toBe(true);
    } else {
      const recorded = update.vectors.get(field as VectorName);
      if (value === null) expect(recorded).toBeUndefined();
      else expect(differences(field, recorded!.data, value)).toEqual([]);
    }
  });

  if (!(name in weights)) return;

  test("is named, without an error", () => {
    expect(diagnosis.verdict).toContain(`c = ${weights[name]}, residual`);
    expect(diagnosis.findings.filter(({ severity }) => severity !== "info")).toEqual([]);
  });
});

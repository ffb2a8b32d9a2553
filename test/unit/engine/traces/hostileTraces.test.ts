import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { explainCell } from "../../../../src/engine/inspection/explainCell.ts";
import { SourcedColumns } from "../../../../src/engine/inspection/sourcedColumns.ts";
import { stepView } from "../../../../src/engine/inspection/stepView.ts";
import { OpenTrace } from "../../../../src/engine/traces/openTrace.ts";
import { UserError } from "../../../../src/engine/userError.ts";
import type { EnvironmentRecord } from "../../../../src/environments/environment.ts";
import { environments } from "../../../../src/environments/registry.ts";
import { actionSize } from "../../../../src/environments/spaces.ts";
import { temporaryFolder } from "../../../util/temporaryFolder.ts";

type Line = Record<string, unknown>;

const reference = resolve(import.meta.dirname, "../../../reference/traces");
const linesOf = (name: string) =>
  readFileSync(join(reference, `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

const names = ["correct.cartpole", "correct_baseline.cartpole", "correct_baseline.reach1d"];
const files = new Map(names.map((name) => [name, linesOf(name)]));
const required = new Set(["episode", "t", "action", "reward", "update", "episodes"]);

function findRecord(id: string): EnvironmentRecord {
  return environments.find((record) => record.id === id)!;
}

let path = "";
beforeEach(() => {
  path = join(temporaryFolder(), "hostile.pgtrace");
});

function written(lines: readonly Line[]): OpenTrace {
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const trace = new OpenTrace("trace", path);
  trace.refresh();
  return trace;
}

/** Looks at an update as the panel does: every column, a step in full, every cell of it, and an edited loss. */
function lookAt(trace: OpenTrace, place: number): void {
  const view = trace.view(place);
  const opened = trace.opened(place);
  const columns = new SourcedColumns(opened, "trainer");
  const step = view.steps - 1;
  for (const { name } of view.loss.columns) {
    expect(columns.column(name), name).toHaveLength(view.steps);
    expect(explainCell(columns, step, name).value).toBe(columns.column(name)[step]);
  }
  expect(stepView(opened, opened.inspector.trainer, step).observation).toHaveLength(
    view.observationNames.length,
  );
  const edited = opened.inspector.inspect("loss = -(log_pi * r).sum()");
  if (!edited.ok) expect(edited.diagnostics[0]?.message).toContain("the trace does not hold");
}

describe("an update of a trace that holds little, or nonsense", () => {
  const keysOf = (lines: readonly Line[]) => [...new Set(lines.flatMap(Object.keys))];
  const damaged = fc.constantFrom(...names).chain((name) => {
    const lines = files.get(name)!;
    const keys = keysOf(lines).filter((key) => !required.has(key));
    return fc.record({
      name: fc.constant(name),
      without: fc.subarray(keys),
      nonsense: fc.array(
        fc.record({
          row: fc.nat(lines.length - 1),
          key: fc.constantFrom("reward", "action", "log_prob", "entropy", "value", "loss", "gamma"),
          value: fc.constantFrom<unknown>("NaN", "Infinity", -1, 7, 0.5, 1e300),
        }),
        { maxLength: 4 },
      ),
    });
  });

  test("opens whatever it lacks and whatever its numbers are", () => {
    fc.assert(
      fc.property(damaged, ({ name, without, nonsense }) => {
        const kept = files
          .get(name)!
          .map((line) => Object.fromEntries(Object.entries(line).filter(([key]) => !without.includes(key))));
        for (const { row, key, value } of nonsense) {
          if (kept[row]![key] !== undefined && !Array.isArray(kept[row]![key])) kept[row]![key] = value;
        }
        const trace = written([{ pgtrace: 1, environment: "CartPole-v1" }, ...kept]);
        for (const place of [1, trace.overview.updateCount]) lookAt(trace, place);
      }),
      { numRuns: 60 },
    );
  });

  test.each(environments.map(({ id }) => [id]))("draws no nonsense of %s", (id) => {
    const { observationSpace, actionSpace } = findRecord(id).create();
    const width = actionSize(actionSpace);
    for (const number of [-1, 7, 0.5, 1e300, "NaN", "Infinity"]) {
      const obs = Array.from(observationSpace.low, (_, k) => (k === 0 ? 1 : 0));
      const action = width === 1 ? number : Array.from({ length: width }, () => number);
      const steps = [0, 1, 2].map((t) => ({ episode: 1, t, obs, action, log_prob: -1, reward: 0 }));
      lookAt(written([{ pgtrace: 1, environment: id }, ...steps, { update: 1 }]), 1);
    }
  });

  test("opens one that names its steps twice, in any order, or one of them alone", () => {
    const rollout = { rollout: 1, action: [0, 1, 0, 1], reward: [1, 2, 3, 4], log_prob: [-1, -1, -1, -1] };
    const update = { update: 1, rollout: 1, coef: [1, 2, 3], rows: [2, 0, 2], gamma: 0.5 };
    const trace = written([rollout, update, { ...update, update: 2, rows: [3], coef: [5] }]);
    lookAt(trace, 1);
    lookAt(trace, 2);
    const { inspector } = trace.opened(1);
    expect(Array.from(inspector.column(inspector.trainer, "reward")!)).toEqual([3, 1, 3]);
    expect(Array.from(inspector.column(inspector.trainer, "weight")!)).toEqual([-1, -2, -3]);
    expect(Array.from(inspector.column(inspector.trainer, "G")!)).toEqual([5, 3.25, 5]);
  });

  test("refuses a place that it does not have, by name", () => {
    const trace = written(files.get(names[0]!)!);
    for (const place of [0, -1, 1.5, Number.NaN, 1e9]) {
      expect(() => trace.opened(place)).toThrow(UserError);
    }
    expect(() =>
      written(files.get(names[0]!)!.filter(({ update }) => update === undefined)).opened(1),
    ).toThrow("There is no update 1.");
  });
});

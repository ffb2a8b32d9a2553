import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diagnoseFile } from "../../src/engine/diagnosis/diagnoseFile.ts";
import { readTrace } from "../../src/runs/trace/readTrace.ts";
import type { Trace } from "../../src/runs/trace/trace.ts";
import { poll } from "../util/poll.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";
import { askOracle, differences } from "./support.ts";

interface Recorded {
  readonly same: Readonly<Record<string, boolean>>;
  readonly expected: Readonly<Record<string, number | number[] | number[][]>>;
}

const folder = sharedFolder();
const { same, expected } = askOracle<Recorded>("recorder", 0, folder);

describe("python/pgtrace.py", () => {
  test("does not change training: the parameters are the same bit by bit with and without it", () => {
    expect(same).toEqual({ Baseline: true, Ppo: true });
  });

  test("records the gradients that autograd gives, before clipping", () => {
    const [update] = readTrace(join(folder, "one.pgtrace")).updates;
    for (const name of ["coef", "entropy_coef", "logits_grad"] as const) {
      expect(differences(name, update!.vectors.get(name)!.data, expected[name])).toEqual([]);
    }
    expect(update!.scalars.get("grad_norm")).toBeCloseTo(expected.grad_norm as number, 12);
    expect(update!.scalars.get("grad_norm_before")).toBe(0);
    expect([...update!.tensors.keys()]).toEqual(["weights", "logits_seen"]);
    expect(update!.source?.file).toMatch(/recorder\.py$/);
  });

  test.each(["Baseline", "Ppo"])("what it writes of %s reads and has no finding", (name) => {
    const { trace, diagnosis } = diagnoseFile(join(folder, `${name}.pgtrace`));
    expect(trace.notes.filter((note) => note.includes("cut off"))).toEqual([]);
    expect(diagnosis.findings).toEqual([]);
  });

  test("rollouts that were left out do not disturb the episodes and clocks of those after them", () => {
    const [all, half] = [1, 2].map((every) => readTrace(join(folder, `every${every}.pgtrace`)));
    expect(half!.rollouts.map(({ number }) => number)).toEqual([1, 3]);
    expect(half!.updates).toHaveLength(all!.updates.length / 2);
    const size = all!.rollouts[0]!.steps * all!.rollouts[0]!.environments;
    const columns = ["episodes", "time", "rewards"] as const;
    const rowsOf = (trace: Trace, first: number, name: (typeof columns)[number]) =>
      Array.from({ length: size }, (_, row) => trace.steps[name].at(first + row));
    for (const name of columns) {
      expect(rowsOf(half!, half!.rollouts[1]!.first, name)).toEqual(
        rowsOf(all!, all!.rollouts[2]!.first, name),
      );
    }
  });

  test("a trainer that is killed leaves all whole lines", async () => {
    const path = join(folder, "killed.pgtrace");
    const script = join(import.meta.dirname, "python", "recorder.py");
    const child = spawn(process.env.ORACLE_PYTHON!, [script, "1", "0", folder, "forever"], {
      stdio: "ignore",
    });
    try {
      await poll(
        "200 kB of trace",
        () => (existsSync(path) && statSync(path).size > 200_000) || undefined,
        120_000,
      );
    } finally {
      child.kill("SIGKILL");
    }
    await new Promise((resolve) => child.once("exit", resolve));
    const trace = readTrace(path);
    expect(trace.steps.count).toBeGreaterThan(100);
    expect(trace.updates.length).toBeGreaterThan(5);
  });
});

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { algorithms } from "../../src/algorithms/registry.ts";
import { exportRun } from "../../src/engine/exports/exportRun.ts";
import { openTraceUpdate } from "../../src/engine/exports/exportTraceUpdate.ts";
import { OpenRun } from "../../src/engine/openRun.ts";
import { resolveSettings } from "../../src/engine/settings.ts";
import { TrainingSession } from "../../src/engine/trainingSession.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";
import { runScripts, type ScriptRun } from "./support.ts";

const folder = sharedFolder();
const targets = ["pytorch", "numpy"] as const;
const reference = join(import.meta.dirname, "../reference/traces");

/** The script of a trace's last update, in a file. */
function scriptOf(trace: string, to: (typeof targets)[number], name: string): string {
  const file = join(folder, `${name}.${to}.py`);
  openTraceUpdate(trace).write(to, file);
  return file;
}

function expectAgreement({ code, lines }: ScriptRun, compared: readonly string[], most: number): void {
  expect(code).toBe(0);
  for (const name of compared) {
    expect([...lines.keys()]).toContain(name);
    expect(lines.get(name)!.difference, name).toBeLessThanOrEqual(most);
  }
}

describe.each(targets)("a script for %s of a recorded trace", (to) => {
  const names = readdirSync(reference).filter((name) => name.endsWith(".jsonl"));
  const ran = runScripts(names.map((name) => scriptOf(join(reference, name), to, name)));

  test.each(names.map((name, index) => [name, index] as const))(
    "%s gives weights and gradients as recorded",
    (name, index) => {
      const isArgmax = name.startsWith("argmax");
      const outputs = isArgmax ? [] : name.includes("cartpole") ? ["|dL/dlogits|"] : ["|dL/dmu|"];
      const recorded = readFileSync(join(reference, name), "utf8").trim().split("\n").at(-1)!;
      const held = outputs.filter((output) => recorded.includes(`"${output.slice(4, -1)}_grad"`));
      expectAgreement(ran[index]!, ["|dL/dlog_pi|", ...held], name.includes("float32") ? 1e-4 : 1e-7);
    },
  );
});

/** A run of each algorithm, whole, as a trace. */
async function tracesOfRuns(): Promise<ReadonlyMap<string, string>> {
  const traces = new Map<string, string>();
  for (const { id, actions } of algorithms) {
    const environment = actions === "continuous" ? "Pendulum-v1" : "CartPole-v1";
    const settings = resolveSettings({
      algorithm: id,
      environment,
      seed: 5,
      hidden: [8],
      ...(id === "ppo" && { batch: 32 }),
    });
    const path = join(folder, `${id}.pgrun`);
    await TrainingSession.create(path, settings, { limit: { updates: 12 } }).run();
    const run = new OpenRun("run", path);
    traces.set(id, (await exportRun(run, { to: "pgtrace" }, join(folder, `${id}.pgtrace`))).path);
    await run.close();
  }
  return traces;
}

/** Their critics' losses cannot be told from one update's ∂L/∂V: a single step, a smooth L1 of normalised returns. */
const untoldCritics = ["actor-critic-one-step", "actor-critic-traces", "pytorch-actor-critic"];

const runs = await tracesOfRuns();
const ids = [...runs.keys()];

describe.each(targets)("a script for %s of a run that was exported as a trace", (to) => {
  const ran = runScripts(ids.map((id) => scriptOf(runs.get(id)!, to, `run-${id}`)));

  test.each(ids.map((id, index) => [id, index] as const))(
    "%s gives loss and gradients to the last digits",
    (id, index) => {
      // A minibatch's outputs have moved, so that its trace ends at ln π.
      const isPart = id === "ppo";
      const loss = isPart || untoldCritics.includes(id) ? [] : ["|loss|"];
      const rest = isPart ? [] : ["|log_pi|", ...loss];
      expectAgreement(ran[index]!, ["|dL/dlog_pi|", ...rest], 1e-7);
      expect(
        [...ran[index]!.lines.keys()].some((name) => name === "|dL/dlogits|" || name === "|dL/dmu|"),
      ).toBe(!isPart);
    },
  );

  test("exits with 1 where a recorded number is another", () => {
    const file = scriptOf(runs.get("reinforce")!, to, "changed");
    const text = readFileSync(file, "utf8");
    const changed = text.replace(/^recorded_loss = (.*)$/m, "recorded_loss = $1 + 1e-3");
    expect(changed).not.toBe(text);
    writeFileSync(file, changed);
    expect(runScripts([file])[0]!.code).toBe(1);
  });
});

test("one update of a trace, cut out of it, is read as the same", () => {
  for (const id of ids) {
    const cut = join(folder, `${id}.cut.pgtrace`);
    openTraceUpdate(runs.get(id)!, 9).write("pgtrace", cut);
    const [whole, part] = [runs.get(id)!, cut].map((path) => {
      const csv = `${path}.csv`;
      openTraceUpdate(path, 9).write("csv", csv, true);
      return readFileSync(csv, "utf8")
        .split("\r\n")
        .map((line) => line.split(","));
    }) as [string[][], string[][]];
    // What the rule makes of it is fitted on one update there, on all here.
    const without = (table: string[][]) => {
      const at = table[0]!.indexOf("rule");
      return table.map((row) => row.filter((_, column) => column !== at));
    };
    expect(without(part), id).toEqual(without(whole));
  }
});

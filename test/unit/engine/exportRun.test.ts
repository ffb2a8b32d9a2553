import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { algorithms } from "../../../src/algorithms/registry.ts";
import { diagnoseFile } from "../../../src/engine/diagnosis/diagnoseFile.ts";
import { exportRun, type RunExport } from "../../../src/engine/exports/exportRun.ts";
import { exportUpdate } from "../../../src/engine/exports/exportUpdate.ts";
import { OpenRun } from "../../../src/engine/openRun.ts";
import { resolveSettings, type SettingsRequest } from "../../../src/engine/settings.ts";
import { TrainingSession } from "../../../src/engine/trainingSession.ts";
import { sharedFolder, temporaryFolder } from "../../util/temporaryFolder.ts";

const folder = sharedFolder();

/** What an algorithm is known to be beside the book's rule; those left out have nothing to be told. */
const variants: Readonly<Record<string, readonly string[]>> = {
  "reinforce-no-gamma-t": ["missing_gamma_t"],
  "reinforce-normalized": ["missing_gamma_t", "normalised_per_episode"],
  "reinforce-dropout": ["missing_gamma_t", "normalised_per_episode"],
  "reinforce-g0": ["missing_gamma_t", "episode_return_weights"],
  "pytorch-reinforce": ["missing_gamma_t", "mean_instead_of_sum"],
  "pytorch-actor-critic": ["missing_gamma_t", "normalised_per_episode"],
};

/** A run recorded with these settings, opened. */
async function recorded(name: string, updates: number, request: SettingsRequest): Promise<OpenRun> {
  const path = join(folder, `${name}.pgrun`);
  const resolved = resolveSettings({ seed: 3, hidden: [8], ...request });
  await TrainingSession.create(path, resolved, { limit: { updates } }).run();
  return new OpenRun("run", path);
}

/** What an export of many updates wrote. */
async function exported(run: OpenRun, asked: RunExport) {
  const path = join(temporaryFolder(), `a.${asked.to}`);
  const result = await exportRun(run, asked, path);
  return { ...result, text: readFileSync(path, "utf8") };
}

type Line = Record<string, unknown>;
const linesOf = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

describe.each(algorithms)("a whole run of $id as a trace", ({ id, actions }) => {
  const environment = actions === "continuous" ? "Pendulum-v1" : "CartPole-v1";
  const sizes = id === "ppo" ? { batch: 32 } : {};

  test("is diagnosed as what the algorithm is, without a mistake, and has every number that was recorded", async () => {
    const run = await recorded(`whole-${id}`, 24, { algorithm: id, environment, ...sizes });
    const { path, updates, left } = await exported(run, { to: "pgtrace" });
    expect([updates, left]).toEqual([24, 0]);
    const { trace, diagnosis } = diagnoseFile(path);
    expect(diagnosis.findings.map(({ severity, id: finding }) => `${severity} ${finding}`)).toEqual(
      (variants[id] ?? []).map((finding) => `info ${finding}`),
    );
    expect(diagnosis.verdict).toMatch(/^c = 1\.000·/);
    const { loss, gradNorm } = run.reader.summaries(1, 24);
    expect(trace.updates.map(({ scalars }) => scalars.get("loss"))).toEqual([...loss]);
    expect(trace.updates.map(({ scalars }) => scalars.get("grad_norm"))).toEqual([...gradNorm]);
    expect(trace.notes).toEqual([]);
    await run.close();
  });
});

describe("a part of a run", () => {
  test("as a trace has the very lines of the whole", async () => {
    const run = await recorded("part", 40, {});
    const whole = linesOf((await exported(run, { to: "pgtrace" })).text);
    const { text, updates } = await exported(run, { to: "pgtrace", from: 5, until: 30, every: 7 });
    const wanted = [5, 12, 19, 26];
    expect(updates).toBe(4);
    const part = linesOf(text);
    expect(part.slice(1)).toEqual(
      whole.filter(({ update, episode }) => wanted.includes((update ?? episode) as number)),
    );
    expect(part[0]).toEqual(whole[0]);
    await run.close();
  });

  test("of minibatches brings each batch once", async () => {
    const run = await recorded("minibatches", 48, { algorithm: "ppo", environments: 2, batch: 16 });
    const whole = linesOf((await exported(run, { to: "pgtrace" })).text);
    const part = linesOf((await exported(run, { to: "pgtrace", from: 6, every: 9 })).text);
    expect(part.filter(({ rollout, update }) => update === undefined && rollout !== undefined)).toHaveLength(
      3,
    );
    for (const line of part.filter(({ update }) => update !== undefined)) {
      const { rollout: _, ...own } = line;
      expect(whole.find(({ update }) => update === line.update)).toMatchObject(own);
    }
    await run.close();
  });

  test("as CSV has the rows that each update has alone, under one heading", async () => {
    const run = await recorded("table", 30, { environment: "ShortCorridor" });
    const { text } = await exported(run, { to: "csv", from: 10, until: 12 });
    const [heading = [], ...rows] = text
      .trimEnd()
      .split("\r\n")
      .map((line) => line.split(","));
    for (const update of [10, 11, 12]) {
      const { inspector } = await run.inspect(update);
      const alone = join(temporaryFolder(), "alone.csv");
      const opened = { run, inspector, names: run.names };
      await exportUpdate(opened, "csv", alone);
      const [names = [], ...own] = readFileSync(alone, "utf8")
        .trimEnd()
        .split("\r\n")
        .map((line) => line.split(","));
      const places = names.map((name) => heading.indexOf(name));
      const here = rows.filter(([first]) => first === String(update));
      expect(here.map((row) => places.map((place) => row[place]))).toEqual(own);
    }
    await run.close();
  });

  test("under losses that changed on the way says which held from where", async () => {
    const path = join(folder, "changed.pgrun");
    const session = TrainingSession.create(path, resolveSettings({ seed: 1, hidden: [8] }), {
      limit: { updates: 6 },
    });
    await session.oneUpdate();
    await session.oneUpdate();
    const loss = "-(discounted_returns(r, gamma) * log_pi).mean() - 0.01 * entropy.mean()";
    expect(await session.applyBetween({ loss })).toBe(3);
    await session.run();
    await session.stop();
    const run = new OpenRun("run", path);
    const [header, ...rest] = linesOf((await exported(run, { to: "pgtrace" })).text);
    expect(header!.losses).toMatchObject([{ from_update: 1 }, { from_update: 3, text: loss }]);
    expect(rest.filter(({ update }) => update !== undefined).map((line) => "entropy_coef" in line)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
    const [heading = ""] = (await exported(run, { to: "csv" })).text.split("\r\n");
    expect(heading.split(",")).toContain("entropy_weight");
    expect(heading.split(",")).not.toContain("l");
    await run.close();
  });
});

describe("an export of many updates", () => {
  test("that is given up leaves nothing", async () => {
    const run = await recorded("given-up", 30, {});
    const into = temporaryFolder();
    const controller = new AbortController();
    const report = (done: number) => done === 4 && controller.abort();
    const work = exportRun(run, { to: "csv" }, join(into, "a.csv"), { signal: controller.signal, report });
    await expect(work).rejects.toThrow(/abort/);
    expect(readdirSync(into)).toEqual([]);
    await run.close();
  });

  test.each<readonly [Omit<RunExport, "to">, RegExp]>([
    [{ from: 9 }, /no updates 9 to 8.*updates 1 to 8/s],
    [{ from: 2, until: 11 }, /no updates 2 to 11/],
    [{ from: 5, until: 4 }, /no updates 5 to 4/],
  ])("of %j is refused with what there is", async (asked, words) => {
    const run = await recorded(`refused-${asked.from}-${asked.until}`, 8, {});
    const into = temporaryFolder();
    await expect(exportRun(run, { to: "csv", ...asked }, join(into, "a.csv"))).rejects.toSatisfy((error) =>
      words.test(`${(error as Error).message} ${(error as { hint?: string }).hint}`),
    );
    expect(readdirSync(into)).toEqual([]);
    await run.close();
  });
});

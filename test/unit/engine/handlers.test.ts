import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checkEngineParams } from "../../../src/engine/params.ts";
import { type EngineMethods, engineProtocolVersion } from "../../../src/protocol/engine.ts";
import type { RunRequest } from "../../../src/protocol/views.ts";
import { jsonLines, pgi } from "../../util/cli.ts";
import { type EngineClient, engineClient } from "../../util/engineClient.ts";
import { poll } from "../../util/poll.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

const small: RunRequest = { seed: 3, hidden: [16] };
const noGamma = "G = discounted_returns(r, gamma)\nloss = -(G * log_pi).sum()";

/** A run of so many updates, trained to its end. */
async function trained(client: EngineClient, updates: number, settings: RunRequest = small) {
  const out = join(temporaryFolder(), "a.pgrun");
  const { run } = await client.call("train", { settings, out, limit: { updates } });
  await poll("the end of training", async () =>
    (await client.call("view", { run })).progress.state === "finished" ? true : undefined,
  );
  return { run, out };
}

async function paused(client: EngineClient, name = "a.pgrun") {
  const out = join(temporaryFolder(), name);
  return { ...(await client.call("train", { settings: small, out, paused: true })), out };
}

describe("hello", () => {
  test("gives version, backends and the probe back, every bit of it", async () => {
    const client = engineClient();
    const probe = Float64Array.of(Math.PI, -0, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324);
    const hello = await client.call("hello", { version: engineProtocolVersion, probe });
    expect(hello).toMatchObject({ version: engineProtocolVersion, node: process.version });
    expect(new BigUint64Array(hello.probe.buffer)).toEqual(new BigUint64Array(probe.buffer));
    expect(hello.backends).toContainEqual(expect.objectContaining({ name: "kernels", present: true }));
  });

  test("environments and algorithms have an id, a title and a source", async () => {
    const client = engineClient();
    const choices = [...(await client.call("environments", {})), ...(await client.call("algorithms", {}))];
    expect(choices.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["CartPole-v1", "ShortCorridor", "reinforce"]),
    );
    for (const { title, detail } of choices) expect([title, detail]).not.toContain("");
  });
});

describe("progress", () => {
  test("comes only with credit, one event for each, the newest first", async () => {
    const client = engineClient();
    const { run } = await trained(client, 400);
    expect(client.progress).toEqual([]);
    await client.call("credit", { count: 3 });
    await poll("the waiting progress", () => client.progress[0]);
    expect(client.progress).toMatchObject([{ run, state: "finished", update: 400, episode: 400 }]);
  });

  test("is never more than the credit while training goes on", async () => {
    const client = engineClient();
    await client.call("credit", { count: 2 });
    const out = join(temporaryFolder(), "a.pgrun");
    const { run } = await client.call("train", { settings: small, out });
    await poll("three hundred updates", async () =>
      (await client.call("view", { run })).progress.update > 300 ? true : undefined,
    );
    expect(client.progress).toHaveLength(2);
    await client.call("credit", { count: 1 });
    await poll("the third", () => client.progress[2]);
    await client.call("stop", { run });
    expect(client.progress).toHaveLength(3);
    const updates = client.progress.map(({ update }) => update);
    expect(updates).toEqual([...updates].sort((a, b) => a - b));
  });
});

describe("run control", () => {
  test("makes one update, goes on, pauses, and stops for good", async () => {
    const client = engineClient();
    const { run, progress } = await paused(client);
    expect(progress).toMatchObject({ state: "paused", update: 0 });
    expect(await client.call("oneUpdate", { run })).toMatchObject({ state: "paused", update: 1 });
    expect(await client.call("oneUpdate", { run })).toMatchObject({ state: "paused", update: 2 });
    expect(await client.call("resume", { run })).toMatchObject({ state: "training" });
    await poll("some updates", async () =>
      (await client.call("view", { run })).progress.update > 10 ? true : undefined,
    );
    const rested = await client.call("pause", { run });
    expect(rested.state).toBe("paused");
    expect((await client.call("view", { run })).progress.update).toBe(rested.update);
    expect(await client.call("stop", { run })).toMatchObject({ state: "stopped", update: rested.update });
    await expect(client.call("resume", { run })).rejects.toMatchObject({ code: "run_ended" });
    await expect(client.call("oneUpdate", { run })).rejects.toMatchObject({ code: "run_ended" });
    await expect(client.call("apply", { run, settings: { gamma: 0.5 } })).rejects.toMatchObject({
      code: "run_ended",
    });
    expect((await client.call("view", { run })).settings.gamma).toBe(0.99);
  });

  test("resets into a new file with the changes asked for", async () => {
    const client = engineClient();
    const { run, out } = await paused(client);
    await client.call("oneUpdate", { run });
    const next = await client.call("reset", { run, settings: { seed: 9, gamma: 0.5 } });
    expect(next.run).not.toBe(run);
    expect(next.path).not.toBe(out);
    expect(next.settings).toMatchObject({ seed: 9, gamma: 0.5, hidden: [16] });
    expect((await client.call("view", { run })).progress).toMatchObject({ state: "stopped", update: 1 });
    await client.call("stop", { run: next.run });
  });

  test("refuses a reset that is out of range and leaves the run as it was", async () => {
    const client = engineClient();
    const { run } = await paused(client);
    await expect(client.call("reset", { run, settings: { gamma: 2 } })).rejects.toThrow(/gamma lies between/);
    expect((await client.call("view", { run })).progress.state).toBe("paused");
  });

  test("applies loss and settings from the next update on", async () => {
    const client = engineClient();
    const { run } = await paused(client);
    await client.call("oneUpdate", { run });
    expect(await client.call("apply", { run, loss: noGamma, settings: { gamma: 0.9 } })).toEqual({
      fromUpdate: 2,
    });
    await client.call("oneUpdate", { run });
    expect((await client.call("view", { run })).settings).toMatchObject({ gamma: 0.9, loss: noGamma });
    const [before, after] = [
      await client.call("select", { run, update: 1 }),
      await client.call("select", { run, update: 2 }),
    ];
    expect([before.gamma, before.loss.verdict.kind]).toEqual([0.99, "book"]);
    expect([after.gamma, after.loss.verdict.candidate]).toEqual([0.9, "missing_gamma_t"]);
    const { lossChanges } = await client.call("curve", { run, from: 1, to: 9, buckets: 9 });
    expect(lossChanges.map(({ update }) => update)).toEqual([1, 2]);
  });

  test.for([
    [{ loss: "-(log_pii).sum()" }, /log_pii/],
    [{ loss: "-(r[:, None] * log_pi).mean()" }, /\[T, 1\] against \[T\]/],
    [{ settings: { learningRate: -1 } }, /above 0/],
    [{ settings: { gamma: 1.5 } }, /between 0 and 1/],
  ] as const)("does not apply %j, and goes on with what it had", async ([change, words]) => {
    const client = engineClient();
    const { run, settings } = await paused(client);
    await expect(client.call("apply", { run, ...change })).rejects.toThrow(words);
    expect((await client.call("view", { run })).settings).toEqual(settings);
    expect((await client.call("oneUpdate", { run })).update).toBe(1);
  });

  test("trains two runs at once, each with the numbers it has alone", async () => {
    const client = engineClient();
    const alone = await trained(client, 40);
    const folder = temporaryFolder();
    const limit = { updates: 40 };
    const [first, second] = await Promise.all([
      client.call("train", { settings: small, out: join(folder, "a.pgrun"), limit }),
      client.call("train", { settings: { ...small, seed: 8 }, out: join(folder, "b.pgrun"), limit }),
    ]);
    await poll("both ends", async () => {
      const views = await Promise.all([first, second].map(({ run }) => client.call("view", { run })));
      return views.every(({ progress }) => progress.state === "finished") ? true : undefined;
    });
    const curveOf = async (run: string) =>
      (await client.call("curve", { run, from: 1, to: 40, buckets: 40 })).columns.loss.minimum;
    expect(await curveOf(first.run)).toEqual(await curveOf(alone.run));
    expect(await curveOf(second.run)).not.toEqual(await curveOf(alone.run));
  });

  test("tells a failure as the state of the run and in the log", async () => {
    const client = engineClient();
    const settings: RunRequest = { ...small, learningRate: 1e300, optimiser: "sgd" };
    const out = join(temporaryFolder(), "a.pgrun");
    const { run } = await client.call("train", { settings, out });
    const failed = await poll("the failure", async () => {
      const { progress } = await client.call("view", { run });
      return progress.state === "failed" ? progress : undefined;
    });
    expect(failed.message).toMatch(/no numbers any more/);
    expect(client.logs).toContainEqual(expect.objectContaining({ level: "error", text: failed.message }));
    expect((await client.call("select", { run, update: 1 })).update).toBe(1);
  });
});

describe("the learning curve", () => {
  test("has every update's figures where there is room, else their extremes", async () => {
    const client = engineClient();
    const { run } = await trained(client, 50);
    const fine = await client.call("curve", { run, from: 1, to: 50, buckets: 100 });
    expect([...fine.update]).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(fine.columns.return.minimum).toEqual(fine.columns.return.maximum);
    const coarse = await client.call("curve", { run, from: 1, to: 50, buckets: 10 });
    expect([...coarse.update]).toEqual([1, 6, 11, 16, 21, 26, 31, 36, 41, 46]);
    for (const name of ["return", "averageReturn", "loss", "gradientNorm", "entropy"] as const) {
      const values = [...fine.columns[name].minimum];
      for (let bucket = 0; bucket < 10; bucket++) {
        const part = values.slice(5 * bucket, 5 * bucket + 5);
        expect(coarse.columns[name].minimum[bucket]).toBe(Math.min(...part));
        expect(coarse.columns[name].maximum[bucket]).toBe(Math.max(...part));
      }
    }
  });

  test.for([
    [20, 29, 20, 29],
    [-5, 3, 1, 3],
    [48, 999, 48, 50],
  ])("from %d to %d is what there is of it", async ([from, to, first, last]) => {
    const client = engineClient();
    const { run } = await trained(client, 50);
    const { update, columns, updates } = await client.call("curve", {
      run,
      from: from!,
      to: to!,
      buckets: 100,
    });
    expect([updates, update[0], update.at(-1)]).toEqual([50, first, last]);
    expect(columns.loss.minimum).toHaveLength(update.length);
  });

  test("of updates that are not there is empty", async () => {
    const client = engineClient();
    const { run } = await trained(client, 5);
    const { update, columns } = await client.call("curve", { run, from: 60, to: 70, buckets: 10 });
    expect([update.length, columns.loss.minimum.length]).toEqual([0, 0]);
  });
});

describe("selecting an update", () => {
  test("says whether it is the one just made, kept, or replayed", async () => {
    const client = engineClient();
    const { run } = await paused(client);
    for (let update = 1; update <= 4; update++) await client.call("oneUpdate", { run });
    expect(await client.call("select", { run, update: 4 })).toMatchObject({ update: 4, recomputed: "live" });
    expect(await client.call("select", { run, update: 2 })).toMatchObject({
      recomputed: "replayed",
      kept: false,
    });
    await client.call("stop", { run });
    const path = (await client.call("view", { run })).path;
    await client.call("close", { run });
    const reader = await client.call("open", { path });
    expect(reader.own).toBe(false);
    const last = await client.call("select", { run: reader.run, update: 4 });
    expect(last).toMatchObject({ recomputed: "kept", kept: true, pinned: false, episodes: 1 });
    expect(last.episodeReturn).toBe(last.steps);
  });

  test("gives the recorded loss and gradient norm of every update, bit for bit", async () => {
    const client = engineClient();
    const { run } = await trained(client, 12);
    const { columns } = await client.call("curve", { run, from: 1, to: 12, buckets: 12 });
    for (let update = 1; update <= 12; update++) {
      const { loss } = await client.call("select", { run, update });
      expect(loss.value).toBe(columns.loss.minimum[update - 1]);
      expect(loss.gradientNorm).toBe(columns.gradientNorm.minimum[update - 1]);
      const square = loss.layers.reduce((sum, layer) => sum + layer.norm ** 2, 0);
      expect(Math.sqrt(square)).toBeCloseTo(loss.gradientNorm, 9);
    }
  });

  test.for([0, 6, 1000])("refuses update %d of five and names the range", async (update) => {
    const client = engineClient();
    const { run } = await trained(client, 5);
    await expect(client.call("select", { run, update })).rejects.toMatchObject({
      code: "unknown_update",
      hint: "There are updates 1 to 5.",
    });
  });

  test("pins and unpins, in a run that trains and in one that has ended", async () => {
    const client = engineClient();
    const { run } = await paused(client);
    for (let update = 1; update <= 3; update++) await client.call("oneUpdate", { run });
    const pinned = async () => (await client.call("curve", { run, from: 1, to: 3, buckets: 3 })).pinned;
    await client.call("pin", { run, update: 2, label: "odd" });
    expect(await pinned()).toEqual([{ update: 2, label: "odd" }]);
    await client.call("stop", { run });
    await client.call("pin", { run, update: 3 });
    expect((await client.call("select", { run, update: 3 })).pinned).toBe(true);
    await client.call("unpin", { run, update: 2 });
    expect(await pinned()).toEqual([{ update: 3, label: "" }]);
    await expect(client.call("pin", { run, update: 9 })).rejects.toMatchObject({ code: "unknown_update" });
    expect(client.changes.filter((change) => change.run === run).length).toBeGreaterThanOrEqual(3);
  });
});

describe("another loss on an update", () => {
  test("is evaluated beside the trainer's own, with sliders and inlays", async () => {
    const client = engineClient();
    const { run } = await trained(client, 6);
    const text = `scale = 2\n${noGamma.replace("-(", "-scale * (")}`;
    const evaluation = await client.call("evaluate", { run, update: 6, text });
    if (!evaluation.ok) throw new Error(evaluation.diagnostics[0]?.message);
    expect(evaluation.numbers).toMatchObject([{ name: "scale", value: 2 }]);
    expect(evaluation.inlays.map(({ offset }) => text[offset])).toEqual(["\n", undefined]);
    expect(evaluation.loss.verdict).toMatchObject({
      candidate: "missing_gamma_t",
      scale: expect.closeTo(2, 12),
    });
    expect(evaluation.comparison).toEqual(await client.call("compare", { run, update: 6 }));
    const { loss } = await client.call("select", { run, update: 6 });
    expect(evaluation.comparison.total.before).toBe(loss.gradientNorm);
    expect(evaluation.comparison.total.after).toBe(evaluation.loss.gradientNorm);
  });

  test("with errors is a value with their places, and changes nothing", async () => {
    const client = engineClient();
    const { run } = await trained(client, 6);
    const text = "beta = 0.5\nloss = -(log_pii).sum() * beta";
    const evaluation = await client.call("evaluate", { run, update: 6, text });
    expect(evaluation.ok).toBe(false);
    const [diagnostic] = evaluation.diagnostics;
    expect(text.slice(diagnostic!.start, diagnostic!.end)).toBe("log_pii");
    expect(diagnostic!.fixes?.[0]?.edits[0]?.text).toBe("log_pi");
    expect(evaluation.numbers).toMatchObject([{ name: "beta", value: 0.5 }]);
    expect((await client.call("compare", { run, update: 6 })).total.ratio).toBe(1);
  });

  test("is checked without data too", async () => {
    const client = engineClient();
    const { diagnostics, numbers } = await client.call("checkLoss", { text: "b = 3\nloss = b * r.sum()" });
    expect(numbers).toMatchObject([{ name: "b", value: 3 }]);
    expect(diagnostics).toContainEqual(expect.objectContaining({ severity: "warning", code: "no-gradient" }));
  });
});

describe("the step table", () => {
  const update = 6;

  async function opened() {
    const client = engineClient();
    const { run } = await trained(client, update);
    await client.call("evaluate", { run, update, text: noGamma });
    const view = await client.call("select", { run, update });
    const names = view.loss.columns.map(({ name }) => name);
    const all = (source: "trainer" | "edited" | "difference") =>
      client.call("rows", { run, update, source, columns: names, start: 0, end: 1e6 });
    return { client, run, view, names, all };
  }

  test("has all columns for trainer, edited and their difference", async () => {
    const { view, names, all } = await opened();
    const [trainer, edited, difference] = [
      await all("trainer"),
      await all("edited"),
      await all("difference"),
    ];
    expect([...trainer.rows]).toEqual(Array.from({ length: view.steps }, (_, row) => row));
    for (const name of names) {
      const isShared = edited.columns[name]!.every((value, t) => Object.is(value, trainer.columns[name]![t]));
      for (let t = 0; t < view.steps; t++) {
        const expected = isShared
          ? trainer.columns[name]![t]!
          : edited.columns[name]![t]! - trainer.columns[name]![t]!;
        if (!isShared) expect(difference.columns[name]![t], name).toBe(expected);
      }
    }
    for (let t = 0; t < view.steps; t++) {
      expect(trainer.columns.weight![t]).toBeCloseTo(
        trainer.columns.gamma_t![t]! * trainer.columns.G![t]!,
        9,
      );
      expect(edited.columns.weight![t]).toBeCloseTo(edited.columns.G![t]!, 9);
    }
  });

  test.for(["trainer", "edited", "difference"] as const)(
    "is sorted by every column of %s, both ways",
    async (source) => {
      const { client, run, names, all, view } = await opened();
      const whole = await all(source);
      for (const column of names) {
        for (const descending of [false, true]) {
          const order = { column, descending };
          const { rows, columns } = await client.call("rows", {
            run,
            update,
            source,
            columns: [column],
            start: 0,
            end: view.steps,
            order,
          });
          expect(new Set(rows).size).toBe(view.steps);
          const values = columns[column]!;
          for (let place = 0; place < values.length; place++) {
            expect(values[place]).toBe(whole.columns[column]![rows[place]!]);
            if (place === 0) continue;
            const [before, after] = [values[place - 1]!, values[place]!];
            expect(descending ? before >= after : before <= after, `${column} at ${place}`).toBe(true);
          }
          const step = rows[Math.floor(view.steps / 2)]!;
          const { row } = await client.call("rowOf", { run, update, source, step, order });
          expect(row).toBe(Math.floor(view.steps / 2));
        }
      }
    },
  );

  test("is cut to the rows asked for", async () => {
    const { client, run, view } = await opened();
    const ask = (start: number, end: number) =>
      client.call("rows", { run, update, source: "trainer", columns: ["step"], start, end });
    expect([...(await ask(2, 5)).columns.step!]).toEqual([2, 3, 4]);
    expect([...(await ask(-3, 2)).columns.step!]).toEqual([0, 1]);
    expect((await ask(view.steps - 1, view.steps + 50)).rows).toHaveLength(1);
    expect((await ask(5, 2)).rows).toHaveLength(0);
  });

  test("has series that keep every extreme", async () => {
    const { client, run, names, all, view } = await opened();
    const whole = await all("edited");
    const series = await client.call("series", { run, update, source: "edited", columns: names, buckets: 4 });
    expect(view.steps).toBeGreaterThan(8);
    for (const name of names) {
      const { step, value } = series[name]!;
      expect(step.length).toBeLessThanOrEqual(8);
      expect(Math.max(...value)).toBe(Math.max(...whole.columns[name]!));
      expect(Math.min(...value)).toBe(Math.min(...whole.columns[name]!));
      for (const [index, at] of step.entries()) expect(value[index]).toBe(whole.columns[name]![at]);
    }
  });

  test.for(["trainer", "edited"] as const)(
    "opens a step of %s whose outputs' gradients sum to 0",
    async (source) => {
      const { client, run, view, all } = await opened();
      const whole = await all(source);
      for (const step of [0, 3, view.steps - 1]) {
        const shown = await client.call("step", { run, update, source, step });
        expect(Math.abs(shown.gradientSum)).toBeLessThan(1e-12);
        expect(shown.outputs.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 14);
        expect(shown.outputs.map(({ taken }) => taken)).toEqual([0, 1].map((k) => k === shown.action));
        expect(shown.outputs.map(({ gradient }) => gradient)).toEqual(
          [0, 1].map((k) => whole.columns[`dlogit[${k}]`]![step]),
        );
        for (const [name, value] of Object.entries(shown.values))
          expect(value).toBe(whole.columns[name]![step]);
        expect(shown.observation).toEqual([0, 1, 2, 3].map((k) => whole.columns[`obs[${k}]`]![step]));
      }
    },
  );

  test("explains every cell with its value, and the derived ones with the numbers put in", async () => {
    const { client, run, names, all, view } = await opened();
    const whole = await all("edited");
    const step = view.steps - 2;
    for (const column of names) {
      const cell = await client.call("explainCell", { run, update, source: "edited", step, column });
      expect(cell.value).toBe(whole.columns[column]![step]);
      expect(cell.formula).not.toBe("");
      expect(cell.numbers).toContain(String(cell.value));
      expect(`${cell.formula} ${cell.numbers}`).not.toMatch(/undefined|null|\[object/);
    }
    const G = await client.call("explainCell", { run, update, source: "edited", step, column: "G" });
    expect(G.numbers).toBe(`1 + 0.99·${whole.columns.G![step + 1]} = ${whole.columns.G![step]}`);
  });

  test("refuses steps and columns that are not there", async () => {
    const { client, run, view } = await opened();
    const source = "trainer" as const;
    await expect(client.call("step", { run, update, source, step: view.steps })).rejects.toMatchObject({
      code: "unknown_step",
      hint: `There are steps 0 to ${view.steps - 1}.`,
    });
    const unknown = { code: "unknown_column" };
    for (const column of ["shares", "dlogit[2]", "obs[-1]", "__proto__", "constructor"]) {
      const rows = { run, update, source, columns: [column], start: 0, end: 5 };
      await expect(client.call("rows", rows)).rejects.toMatchObject(unknown);
      await expect(
        client.call("explainCell", { run, update, source, step: 0, column }),
      ).rejects.toMatchObject(unknown);
      await expect(
        client.call("series", { run, update, source, columns: [column], buckets: 4 }),
      ).rejects.toMatchObject(unknown);
    }
  });
});

describe("a node of a loss text", () => {
  test("is the innermost expression at the offset, with value and adjoint", async () => {
    const client = engineClient();
    const { run } = await trained(client, 4);
    const at = (needle: string) =>
      client.call("node", { run, update: 4, text: noGamma, offset: noGamma.indexOf(needle) });
    const { columns } = await client.call("rows", {
      run,
      update: 4,
      source: "trainer",
      columns: ["G", "log_pi"],
      start: 0,
      end: 1e6,
    });
    const steps = columns.G!.length;
    const head = await at("log_pi");
    expect(head).toMatchObject({ text: "log_pi", shape: [steps], symbolicShape: "[T]" });
    expect(head!.value).toMatchObject({ count: steps, minimum: Math.min(...columns.log_pi!) });
    // ∂L/∂log_pi_t = −G_t
    expect(head!.adjoint!.first[0]).toBeCloseTo(-columns.G![0]!, 9);
    expect(await at("G =")).toMatchObject({ text: "discounted_returns(r, gamma)", shape: [steps] });
    expect(await at(".sum")).toMatchObject({ text: "(G * log_pi).sum()", shape: [] });
    expect(await at("\n")).toBeNull();
  });

  test("is nothing in a text with errors", async () => {
    const client = engineClient();
    const { run } = await trained(client, 4);
    expect(await client.call("node", { run, update: 4, text: "loss = -(log_pi", offset: 10 })).toBeNull();
  });
});

describe("run files", () => {
  test("are listed with what is kept and pinned, renamed and deleted", async () => {
    const client = engineClient();
    const { run, out } = await trained(client, 7);
    await client.call("pin", { run, update: 2, label: "two" });
    await client.call("close", { run });
    const folder = join(out, "..");
    const [listing] = await client.call("listRuns", { folder });
    expect(listing).toMatchObject({
      path: out,
      updates: 7,
      beingWritten: false,
      pinned: [{ update: 2, label: "two" }],
    });
    expect(listing!.kept).toContain(7);
    expect(listing!.bytes).toBeGreaterThan(0);
    const { path } = await client.call("renameRun", { path: out, name: "better" });
    expect([path, existsSync(out)]).toEqual([join(folder, "better.pgrun"), false]);
    await client.call("deleteRun", { path });
    expect(await client.call("listRuns", { folder })).toEqual([]);
  });

  test("are exported by update, and an existing file is refused", async () => {
    const client = engineClient();
    const { run } = await trained(client, 3);
    const { steps } = await client.call("select", { run, update: 3 });
    for (const to of ["csv", "pgtrace"] as const) {
      const path = join(temporaryFolder(), `a.${to}`);
      expect(await client.call("exportUpdate", { run, update: 3, to, path })).toEqual({ path, rows: steps });
      const lines = readFileSync(path, "utf8").trim().split("\n");
      expect(lines).toHaveLength(to === "csv" ? steps + 1 : steps + 2);
      await expect(client.call("exportUpdate", { run, update: 3, to, path })).rejects.toMatchObject({
        code: "exists",
      });
    }
  });

  test("leave nothing beside them once the run is closed, and are open once however they are spelt", async () => {
    const client = engineClient();
    const { run, out } = await paused(client);
    await client.call("oneUpdate", { run });
    const again = await client.call("open", { path: `${join(out, "..")}/./a.pgrun` });
    expect(again.run).toBe(run);
    await client.call("close", { run });
    expect(readdirSync(join(out, ".."))).toEqual(["a.pgrun"]);
  });

  test("that were deleted meanwhile are closed without complaint", async () => {
    const client = engineClient();
    const { run, out } = await trained(client, 2);
    await client.call("deleteRun", { path: out });
    await expect(client.call("view", { run })).rejects.toMatchObject({ code: "missing" });
    expect(await client.call("close", { run })).toBeNull();
  });

  test("are taken up again where they stopped", async () => {
    const client = engineClient();
    const { run, out } = await trained(client, 5);
    await client.call("close", { run });
    const again = await client.call("resumeFile", { path: out });
    expect(again).toMatchObject({ own: true, path: out });
    expect(await client.call("pause", { run: again.run })).toMatchObject({ state: "paused" });
  });

  test("that another process trains are followed, read and not controlled", async () => {
    const client = engineClient();
    const path = join(temporaryFolder(), "a.pgrun");
    const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
    const words = ["train", "--hidden", "64", "--out", path, "--json", "--steps", "100000000"];
    const child = spawn(process.execPath, [main, ...words], { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.resume();
    const ended = once(child, "exit");
    try {
      await once(child.stdout, "data");
      const { run, own, progress } = await client.call("open", { path });
      expect([own, progress.state]).toEqual([false, "reading"]);
      const seen = () => client.changes.filter((change) => change.run === run);
      const [first, second] = await poll("two changes", () => (seen().length >= 2 ? seen() : undefined));
      expect(second!.updates).toBeGreaterThan(first!.updates);
      const view = await client.call("select", { run, update: first!.updates });
      expect(view.recomputed).not.toBe("live");
      for (const method of ["pause", "resume", "oneUpdate", "stop"] as const)
        await expect(client.call(method, { run })).rejects.toMatchObject({ code: "not_own" });
      await expect(client.call("resumeFile", { path })).rejects.toMatchObject({ code: "writing" });
      child.kill("SIGTERM");
      await ended;
      await poll("the end", async () =>
        (await client.call("view", { run })).progress.state === "finished" ? true : undefined,
      );
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
  });
});

describe("what is asked wrongly", () => {
  type Asked = readonly [method: keyof EngineMethods, params: unknown, says: RegExp];
  const reference = { run: "run1", update: 1 };
  const wrong: readonly Asked[] = [
    ["hello", { version: 1, probe: [1] }, /probe/],
    ["train", { out: "a.pgrun" }, /settings/],
    ["train", { settings: { seed: -1 }, out: "a.pgrun" }, /settings\.seed/],
    ["train", { settings: { colour: "red" }, out: "a.pgrun" }, /colour/],
    ["train", { settings: {}, out: "" }, /out/],
    ["open", { path: 3 }, /path/],
    ["curve", { run: "run1", from: 1, to: 2, buckets: 0 }, /buckets/],
    ["curve", { run: "run1", from: 1, to: 2, buckets: 1e9 }, /buckets/],
    ["select", { run: "run1", update: 1.5 }, /update/],
    ["select", { run: "run1" }, /update/],
    ["evaluate", { ...reference, text: "x".repeat(70_000) }, /text/],
    ["rows", { ...reference, source: "mine", columns: [], start: 0, end: 1 }, /source/],
    ["rows", { ...reference, source: "trainer", columns: ["x".repeat(99)], start: 0, end: 1 }, /columns\.0/],
    ["series", { ...reference, source: "trainer", columns: new Array(999).fill("t"), buckets: 3 }, /columns/],
    ["credit", { count: -1 }, /count/],
    ["credit", { count: Number.POSITIVE_INFINITY }, /count/],
    ["credit", null, /params/],
    ["exportUpdate", { ...reference, to: "pickle", path: "a" }, /to/],
  ];

  test.for(wrong)("%s with %o is refused in words", async ([method, params, says]) => {
    const client = engineClient();
    const ask = client.call as (method: string, params: unknown) => Promise<unknown>;
    const failure = await ask(method, params).then(
      () => undefined,
      (error: { code: string; message: string }) => error,
    );
    expect(failure).toMatchObject({ code: "bad_params", message: expect.stringMatching(says) });
    expect(failure!.message.startsWith(`${method}: `)).toBe(true);
  });

  test("a run that is not open is named by every method that takes one", async () => {
    const client = engineClient();
    for (const method of ["view", "pause", "resume", "oneUpdate", "stop"] as const)
      await expect(client.call(method, { run: "run9" })).rejects.toThrow('There is no open run "run9".');
    await expect(client.call("select", { run: "run9", update: 1 })).rejects.toMatchObject({
      code: "unknown_run",
    });
  });

  test("a file that is no run leaves the engine as it was", async () => {
    const client = engineClient();
    await expect(client.call("open", { path: "/nowhere/a.pgrun" })).rejects.toMatchObject({
      code: "missing",
    });
    expect((await paused(client)).progress.state).toBe("paused");
  });

  test("a method that does not exist is an error, not silence", async () => {
    const client = engineClient();
    const ask = client.call as (method: string, params: unknown) => Promise<unknown>;
    for (const method of ["frobnicate", "constructor", "__proto__"])
      await expect(ask(method, {})).rejects.toMatchObject({ code: "unknown_method" });
    expect(checkEngineParams("toString", {})).toBeUndefined();
  });
});

test("what the engine writes is what the command line reads", async () => {
  const client = engineClient();
  const { out, run } = await trained(client, 5);
  const { loss } = await client.call("select", { run, update: 4 });
  const shown = jsonLines((await pgi("show", out, "--update", "4", "--json")).out).at(-1);
  expect(shown).toMatchObject({ loss: loss.value, grad_norm: loss.gradientNorm });
});

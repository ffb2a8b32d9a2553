import { describe, expect, test } from "vitest";
import { jsonLines, pgi } from "../../util/cli.ts";
import { engineClient, pausedIn, trainedIn } from "../../util/engineClient.ts";

const noGamma = "G = discounted_returns(r, gamma)\nloss = -(G * log_pi).sum()";

describe("the learning curve", () => {
  test("has every update's figures where there is room, else their extremes", async () => {
    const client = engineClient();
    const { run } = await trainedIn(client, 50);
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
    const { run } = await trainedIn(client, 50);
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
    const { run } = await trainedIn(client, 5);
    const { update, columns } = await client.call("curve", { run, from: 60, to: 70, buckets: 10 });
    expect([update.length, columns.loss.minimum.length]).toEqual([0, 0]);
  });
});

describe("selecting an update", () => {
  test("says whether it is the one just made, kept, or replayed", async () => {
    const client = engineClient();
    const { run } = await pausedIn(client);
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
    const { run } = await trainedIn(client, 12);
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
    const { run } = await trainedIn(client, 5);
    await expect(client.call("select", { run, update })).rejects.toMatchObject({
      code: "unknown_update",
      hint: "There are updates 1 to 5.",
    });
  });

  test("pins and unpins, in a run that trains and in one that has ended", async () => {
    const client = engineClient();
    const { run } = await pausedIn(client);
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
    const { run } = await trainedIn(client, 6);
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
    const { run } = await trainedIn(client, 6);
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

describe("a node of a loss text", () => {
  test("is the innermost expression at the offset, with value and adjoint", async () => {
    const client = engineClient();
    const { run } = await trainedIn(client, 4);
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
    const { run } = await trainedIn(client, 4);
    expect(await client.call("node", { run, update: 4, text: "loss = -(log_pi", offset: 10 })).toBeNull();
  });
});

test("what the engine writes is what the command line reads", async () => {
  const client = engineClient();
  const { out, run } = await trainedIn(client, 5);
  const { loss } = await client.call("select", { run, update: 4 });
  const shown = jsonLines((await pgi("show", out, "--update", "4", "--json")).out).at(-1);
  expect(shown).toMatchObject({ loss: loss.value, grad_norm: loss.gradientNorm });
});

import { describe, expect, test } from "vitest";
import { engineClient, trainedIn } from "../../util/engineClient.ts";

const noGamma = "G = discounted_returns(r, gamma)\nloss = -(G * log_pi).sum()";

describe("the step table", () => {
  const update = 6;

  async function opened() {
    const client = engineClient();
    const { run } = await trainedIn(client, update);
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

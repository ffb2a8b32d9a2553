import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvLines, exportCsv } from "../../../src/runs/exportCsv.ts";
import { exportTrace, type TraceUpdate, traceLines } from "../../../src/runs/exportTrace.ts";
import { codeOf, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

/** A reader of RFC 4180 after its grammar: fields, quoted or not, with commas between and CR LF after each record. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let fields: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)) {
    fields.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    records.push(fields);
    fields = [];
  }
  return records;
}

describe("CSV", () => {
  test("any numbers and texts are read back as they were", () => {
    const rows = fc.array(fc.tuple(fc.double(), fc.string({ unit: "grapheme" })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(rows, fc.string(), (given, name) => {
        const columns = [
          { name, values: Float64Array.from(given, ([number]) => number) },
          { name: "text", values: given.map(([, text]) => text) },
        ];
        const [heading, ...records] = parseCsv([...csvLines(columns)].join(""));
        expect(heading).toEqual([name, "text"]);
        expect(records.map(([number, text]) => [Number(number), text])).toEqual(given);
      }),
    );
  });

  test("NaN and the infinities are spelled out, lines end in CR LF, quotes are doubled", () => {
    const values = Float64Array.of(
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0.1,
      1e21,
      -0,
    );
    expect([...csvLines([{ name: 'a "b", c', values }])].join("")).toBe(
      '"a ""b"", c"\r\nNaN\r\nInfinity\r\n-Infinity\r\n0.1\r\n1e+21\r\n-0\r\n',
    );
  });

  test("columns of different lengths are refused before anything is written", () => {
    const path = join(folder, "uneven.csv");
    const columns = [
      { name: "a", values: Float64Array.of(1, 2) },
      { name: "b", values: Float64Array.of(1) },
    ];
    expect(() => exportCsv(path, columns)).toThrow("column b has 1 rows, not 2");
    expect(readdirSync(folder).filter((name) => name.startsWith("uneven"))).toEqual([]);
  });

  test("an existing file is replaced only by force", () => {
    const path = join(folder, "there.csv");
    writeFileSync(path, "old");
    const columns = [{ name: "a", values: Float64Array.of(1) }];
    expect(codeOf(() => exportCsv(path, columns))).toBe("exists");
    expect(readFileSync(path, "utf8")).toBe("old");
    exportCsv(path, columns, { force: true });
    expect(readFileSync(path, "utf8")).toBe("a\r\n1\r\n");
  });

  test("a million rows are streamed into one whole file", () => {
    const path = join(folder, "long.csv");
    const values = Float64Array.from({ length: 1_000_000 }, (_, row) => row);
    exportCsv(path, [{ name: "row", values }]);
    const lines = readFileSync(path, "utf8").split("\r\n");
    expect(lines).toHaveLength(1_000_002);
    expect(lines[1_000_000]).toBe("999999");
    expect(existsSync(`${path}-new`)).toBe(false);
  });
});

interface Step {
  episode: number;
  t: number;
  obs: number[];
  action: number;
  logits: number[];
  log_prob: number;
  entropy: number;
  reward: number;
  terminated: boolean;
  truncated: boolean;
}

interface Update {
  update: number;
  gamma: number;
  episodes: number[];
  loss: number;
  coef: number[];
  entropy_coef: number;
  grad_norm: number;
}

const traces = join(import.meta.dirname, "../../reference/traces");

function columnsOf(steps: Step[], update: Update): TraceUpdate {
  const column = (read: (step: Step) => number) => Float64Array.from(steps, read);
  return {
    update: update.update,
    gamma: update.gamma,
    observationSize: steps[0]!.obs.length,
    actionCount: steps[0]!.logits.length,
    observations: Float64Array.from(steps.flatMap((step) => step.obs)),
    episodes: column((step) => step.episode),
    time: column((step) => step.t),
    actions: column((step) => step.action),
    rewards: column((step) => step.reward),
    terminated: Uint8Array.from(steps, (step) => Number(step.terminated)),
    truncated: Uint8Array.from(steps, (step) => Number(step.truncated)),
    logits: Float64Array.from(steps.flatMap((step) => step.logits)),
    logProbs: column((step) => step.log_prob),
    entropies: column((step) => step.entropy),
    loss: update.loss,
    coef: Float64Array.from(update.coef),
    entropyCoef: update.entropy_coef,
    gradNorm: update.grad_norm,
  };
}

describe("a trace", () => {
  const recorded = readdirSync(traces).filter((name) => name.endsWith(".cartpole.jsonl"));

  test.each(recorded)("%s, read into columns and exported, has the recorded lines again", (name) => {
    const lines = readFileSync(join(traces, name), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const rows = lines.filter((line) => !("pgtrace" in line));
    const updates: TraceUpdate[] = [];
    let steps: Step[] = [];
    for (const line of rows) {
      if ("update" in line) updates.push(columnsOf(steps.splice(0), line));
      else steps.push(line);
    }
    steps = [];
    expect(updates.length).toBeGreaterThan(0);
    const header = {
      environment: "CartPole-v1",
      gamma: 0.99,
      actionSpace: { type: "discrete", n: 2 },
    } as const;
    const [first, ...rest] = [...traceLines(header, updates)].map((line) => JSON.parse(line));
    expect(first).toEqual({
      pgtrace: 1,
      environment: "CartPole-v1",
      gamma: 0.99,
      action_space: { type: "discrete", n: 2 },
    });
    const exported = new Set(Object.keys(rest.at(-1)).concat(Object.keys(rest[0])));
    const known = rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([key]) => exported.has(key))),
    );
    expect(rest).toEqual(known.slice(0, rest.length));
  });

  test("figures that JSON cannot write are strings, gradients are one row a step, what is unknown is left out", () => {
    const update: TraceUpdate = {
      update: 3,
      gamma: 0.9,
      observationSize: 1,
      actionCount: 2,
      observations: Float64Array.of(Number.NaN, 1),
      episodes: Float64Array.of(4, 5),
      time: Float64Array.of(0, 0),
      actions: Float64Array.of(1, 0),
      rewards: Float64Array.of(Number.NEGATIVE_INFINITY, 2),
      terminated: Uint8Array.of(1, 0),
      truncated: Uint8Array.of(0, 1),
      logitsGrad: Float64Array.of(1, 2, 3, 4),
      loss: Number.POSITIVE_INFINITY,
    };
    const path = join(folder, "odd.pgtrace");
    exportTrace(
      path,
      { environment: "x", gamma: 0.9, actionSpace: { type: "discrete", n: 2 }, framework: "mine" },
      [update],
    );
    expect(readFileSync(path, "utf8").split("\n")).toEqual([
      '{"pgtrace":1,"environment":"x","gamma":0.9,"framework":"mine","action_space":{"type":"discrete","n":2}}',
      '{"episode":4,"t":0,"obs":["NaN"],"action":1,"reward":"-Infinity","terminated":true,"truncated":false}',
      '{"episode":5,"t":0,"obs":[1],"action":0,"reward":2,"terminated":false,"truncated":true}',
      '{"update":3,"gamma":0.9,"episodes":[4,5],"loss":"Infinity","logits_grad":[[1,2],[3,4]]}',
      "",
    ]);
  });
});

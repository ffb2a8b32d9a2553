import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTrace } from "../../../../src/runs/trace/readTrace.ts";
import { TraceError } from "../../../../src/runs/trace/traceError.ts";
import { TraceReader } from "../../../../src/runs/trace/traceReader.ts";
import { temporaryFolder } from "../../../util/temporaryFolder.ts";

const step = (more: object = {}) => ({ episode: 1, t: 0, action: 0, reward: 1, ...more });
const text = (...lines: unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** Reads a trace in pieces of `size` bytes. */
function read(content: string | Buffer, size = 7): TraceReader {
  const bytes = Buffer.from(content as string);
  const reader = new TraceReader("trace.pgtrace");
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  reader.end();
  return reader;
}

/** The one line with which a trace is refused. */
function refusal(content: string | Buffer): string {
  try {
    read(content);
  } catch (error) {
    if (error instanceof TraceError) return error.message;
    throw error;
  }
  return "not refused";
}

describe("a trace", () => {
  test("every reference trace reads, with as many updates as its manifest says", () => {
    const folder = join(import.meta.dirname, "../../../reference/traces");
    const { files } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as {
      files: { file: string; updates: number }[];
    };
    expect(readdirSync(folder).filter((file) => file.endsWith(".jsonl"))).toHaveLength(files.length);
    for (const { file, updates } of files) {
      const trace = readTrace(join(folder, file));
      expect([file, trace.updates.length, trace.notes]).toEqual([file, updates, []]);
    }
  });

  test("columns hold the numbers bit for bit, whatever the pieces in which the file comes", () => {
    const numbers = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 50 }), (rewards, size) => {
        const spelled = rewards.map((reward) => (Number.isFinite(reward) ? reward : String(reward)));
        const { steps } = read(text(...spelled.map((reward, t) => step({ t, reward }))), size);
        expect(rewards.map((_, t) => steps.rewards.at(t))).toEqual(rewards.map((reward) => reward + 0));
      }),
    );
  });

  test("a header is optional and its unknown keys are kept", () => {
    expect(read(text({ pgtrace: 1, gamma: 0.9, mine: [1] }, step())).header).toEqual({
      pgtrace: 1,
      gamma: 0.9,
      mine: [1],
    });
    expect(read(text(step())).header).toBeUndefined();
  });

  test("a torn last line is ignored with a note, at every byte at which it may be cut", () => {
    const whole = text(step(), step({ t: 1 }));
    for (let end = whole.indexOf("\n") + 2; end < whole.length - 1; end++) {
      const reader = read(whole.slice(0, end));
      expect(reader.steps.count).toBe(1);
      expect(reader.notes).toEqual(["the last line (2) is cut off and was ignored"]);
    }
    expect(read(whole.trimEnd()).steps.count).toBe(2);
  });

  test("unknown keys are named, not refused", () => {
    expect(read(text(step({ wind: 3 }))).notes).toEqual(["keys that mean nothing here: wind"]);
  });

  test("a packed tensor is the nested one", () => {
    const bytes = Buffer.from(Float32Array.of(0.5, -1, 2, 8).buffer).toString("base64");
    const packed = { dtype: "float32", shape: [2, 2], base64: bytes };
    const lines = (logits_grad: unknown) =>
      read(text(step(), step({ t: 1 }), { update: 1, episodes: [1], logits_grad })).updates[0]!.vectors;
    const expected = [
      [0.5, -1],
      [2, 8],
    ];
    expect(lines(packed).get("logits_grad")).toEqual(lines(expected).get("logits_grad"));
  });

  test("a rollout's columns stand time first; episodes and clocks are counted from its flags", () => {
    const rollout = {
      rollout: 1,
      action: [
        [0, 1],
        [1, 0],
        [0, 0],
      ],
      reward: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      terminated: [
        [false, true],
        [false, false],
        [true, false],
      ],
      value: [
        [0.1, 0.2],
        [0.3, 0.4],
        [0.5, 0.6],
      ],
      last_value: [7, 8],
    };
    const { steps, updates } = read(text(rollout, { update: 1, rollout: 1, rows: [5, 0], coef: [1, 2] }));
    const column = (at: (row: number) => number) => [0, 1, 2, 3, 4, 5].map(at);
    expect(column((row) => steps.rewards.at(row))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(column((row) => steps.time.at(row))).toEqual([0, 0, 1, 0, 2, 1]);
    expect(column((row) => steps.episodes.at(row))).toEqual([1, 2, 1, 3, 1, 3]);
    expect(steps.columns.final_value.at(5)).toBe(8);
    expect([...updates[0]!.rows]).toEqual([5, 0]);
  });
});

describe("a hostile or damaged trace is refused with its line and what is allowed", () => {
  const update = (more: object) => text(step(), { update: 1, episodes: [1], ...more });
  const packed = (more: object) => update({ coef: { dtype: "float64", shape: [1], base64: "", ...more } });
  const cases: Readonly<Record<string, readonly [content: string | Buffer, message: RegExp]>> = {
    "not JSON": ["{\n", /:1: not JSON/],
    "a bare NaN": ['{"episode":1,"t":0,"action":0,"reward":NaN}\n', /write it as the text "NaN"/],
    "a list": ["[1]\n", /one JSON object, not a list/],
    "not UTF-8": [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a]), /not UTF-8/],
    "deep nesting": [`{"a":${"[".repeat(40)}${"]".repeat(40)}}\n`, /nested more than 32 deep/],
    "a million brackets": [`{"a":${"[".repeat(1e6)}\n`, /nested more than 32 deep/],
    "a key twice": ['{"episode":1,"t":0,"action":0,"reward":1,"reward":2}\n', /one key twice/],
    "a missing reward": [text({ episode: 1, t: 0, action: 0 }), /reward is missing/],
    "a text for a number": [text(step({ reward: "much" })), /reward is a number .* not "much"/],
    "a negative clock": [text(step({ t: -1 })), /t is a whole number/],
    "a huge clock": [text(step({ t: 1e300 })), /t is a whole number/],
    "widths that change": [
      text(step({ obs: [1, 2] }), step({ t: 1, obs: [1] })),
      /:2: obs has 1 numbers here and 2 before/,
    ],
    "ragged rows": [update({ logits_grad: [[1, 2], [3]] }), /rows of different lengths|has 2 rows/],
    "a wrong length": [update({ coef: [1, 2] }), /:2: coef has 2 rows, the update uses 1 steps/],
    "an episode that is not there": [text(step(), { update: 1, episodes: [9] }), /names episode 9/],
    "a rollout that is not there": [text(step(), { update: 1, rollout: 3 }), /rollout 3/],
    "a row beyond the end": [update({ rows: [1] }), /rows names step 1 of 1/],
    "a negative row": [update({ rows: [-1] }), /rows names step -1/],
    "a negative shape": [packed({ shape: [-1] }), /none negative/],
    "a shape beyond all numbers": [packed({ shape: [2 ** 40, 2 ** 40] }), /need .* bytes, base64 holds 0/],
    "a shape that is no list": [packed({ shape: { length: 3 } }), /shape is a list/],
    "an unknown dtype": [packed({ dtype: "object" }), /dtype is one of float64/],
    "a dtype of the prototype": [packed({ dtype: "constructor" }), /dtype is one of/],
    "too few bytes": [packed({ base64: "AAAA" }), /need 8 bytes, base64 holds 3/],
    "bytes that are no base64": [packed({ base64: "§§§§" }), /not base64/],
    "another version": [text({ pgtrace: 9 }), /version 9 .* version 1 is known/],
    "a column that comes late and wide": [
      text(
        ...Array.from({ length: 300 }, (_, t) => step({ t })),
        step({ t: 300, obs: new Array(20_000).fill(0) }),
      ),
      /obs is missing on most steps before/,
    ],
    "an update without steps": [text({ update: 1 }), /uses no step/],
  };

  test.for(Object.entries(cases))("%s", ([, [content, message]]) => {
    const line = refusal(content);
    expect(line).toMatch(message);
    expect(line).toMatch(/^trace\.pgtrace:\d+: /);
    expect(line).not.toContain("\n");
  });

  test("names of the prototype are keys like others and change nothing", () => {
    const line = '{"episode":1,"t":0,"action":0,"reward":1,"__proto__":{"polluted":1},"constructor":2}\n';
    const reader = read(line);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(reader.notes[0]).toContain("__proto__");
  });

  test("any bytes are read or refused, never thrown raw", () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constant(text(step())),
        fc.constant(text({ update: 1, coef: [1] })),
        fc.json().map((json) => `${json}\n`),
        fc.string().map((string) => `${string}\n`),
      ),
    );
    fc.assert(fc.property(pieces, (parts) => typeof refusal(parts.join("")) === "string"));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof refusal(Buffer.from(bytes)) === "string"));
  });

  test("a file that is not there, a folder and an empty file are told apart", () => {
    const folder = temporaryFolder();
    const empty = join(folder, "empty.pgtrace");
    writeFileSync(empty, "");
    expect(() => readTrace(join(folder, "none.pgtrace"))).toThrow("there is no such file");
    expect(() => readTrace(folder)).toThrow("it is not a file");
    expect(() => readTrace(empty)).toThrow("no steps in it");
  });
});

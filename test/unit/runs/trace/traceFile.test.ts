import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { readTrace } from "../../../../src/runs/trace/readTrace.ts";
import { stepColumnNames, type Trace } from "../../../../src/runs/trace/trace.ts";
import { TraceFile } from "../../../../src/runs/trace/traceFile.ts";
import { temporaryFolder } from "../../../util/temporaryFolder.ts";

const bytes = readFileSync(
  resolve(import.meta.dirname, "../../../reference/traces/correct_baseline.cartpole.jsonl"),
);
let path = "";
beforeEach(() => {
  path = join(temporaryFolder(), "growing.pgtrace");
});

/** All that a trace says, as plain values. */
function contents({ header, steps, updates, rollouts }: Trace) {
  const rows = Array.from({ length: steps.count }, (_, row) => [
    steps.rewards.at(row),
    steps.episodes.at(row),
    steps.time.at(row),
    steps.flags(row),
    ...stepColumnNames.map((name) => steps.columns[name].at(row)),
  ]);
  return { header, rows, updates: [...updates], rollouts: [...rollouts] };
}

describe("a trace file that grows", () => {
  test("is the same however its bytes come", () => {
    writeFileSync(path, bytes);
    const whole = contents(readTrace(path));
    const cuts = fc.uniqueArray(fc.integer({ min: 600, max: bytes.length - 1 }), { maxLength: 6 });
    fc.assert(
      fc.property(cuts, (places) => {
        const ends = [...places.sort((a, b) => a - b), bytes.length];
        writeFileSync(path, "");
        const file = new TraceFile(path);
        let start = 0;
        for (const end of ends) {
          appendFileSync(path, bytes.subarray(start, end));
          start = end;
          expect(file.refresh()).toBe(end === ends[0] ? "anew" : "grown");
          expect(file.refresh()).toBe("none");
        }
        expect(contents(file.trace)).toEqual(whole);
        expect(file.trace.notes).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test("notes a line that is cut off only until the rest of it comes", () => {
    writeFileSync(path, bytes.subarray(0, 1000));
    const file = new TraceFile(path);
    file.refresh();
    expect(file.trace.notes.join()).toContain("cut off");
    appendFileSync(path, bytes.subarray(1000));
    file.refresh();
    expect(file.trace.notes).toEqual([]);
  });

  test("names the line in which a wrong one was added, and reads it anew when it was mended", () => {
    writeFileSync(path, bytes);
    const file = new TraceFile(path);
    file.refresh();
    const lines = bytes.toString().trimEnd().split("\n").length;
    appendFileSync(path, "nonsense\n");
    for (let look = 0; look < 2; look++) expect(() => file.refresh()).toThrow(`:${lines + 1}: not JSON`);
    writeFileSync(path, bytes);
    expect(file.refresh()).toBe("anew");
    expect(contents(file.trace)).toEqual(contents(readTrace(path)));
  });

  test("is read anew where it holds something else, even of the same size", () => {
    writeFileSync(path, bytes);
    const file = new TraceFile(path);
    file.refresh();
    const other = Buffer.from(bytes.toString().replace('"reward":1.0', '"reward":7.0'));
    expect(other).not.toEqual(bytes);
    writeFileSync(path, other);
    expect(file.refresh()).toBe("anew");
    expect(file.trace.steps.rewards.at(0)).toBe(7);
  });

  test("keeps what it read where the file is gone", () => {
    writeFileSync(path, bytes);
    const file = new TraceFile(path);
    file.refresh();
    rmSync(path);
    expect(() => file.refresh()).toThrow("there is no such file");
    expect(file.trace.steps.count).toBeGreaterThan(0);
  });
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { openRun, type RunReader } from "../../../src/runs/runReader.ts";
import { resumeRun } from "../../../src/runs/runWriter.ts";
import { summaryFields } from "../../../src/runs/summary.ts";
import { exampleBytes, exampleSummary } from "./example.ts";
import { codeOf, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const rounds = 20;

/** A writer in a process of its own, with the last number that it said was safe. */
class Writer {
  acknowledged = -1;
  readonly process: ChildProcess;
  private readonly lines;

  constructor(path: string, journal: string, mode: "new" | "resume") {
    const script = join(import.meta.dirname, "child.ts");
    this.process = spawn(process.execPath, [script, path, journal, mode], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.lines = createInterface({ input: this.process.stdout! });
    this.lines.on("line", (line) => {
      this.acknowledged = Number(line);
    });
  }

  /** Waits until it has said something and then for `milliseconds`, kills it, and waits for its end. */
  async kill(milliseconds: number): Promise<void> {
    const ended = once(this.lines, "close");
    await once(this.lines, "line");
    setTimeout(() => this.process.kill("SIGKILL"), milliseconds);
    await ended;
  }
}

/** A small generator of its own (mulberry32), so that a failing round can be repeated by its number. */
function randomOf(seed: number): number {
  let mixed = Math.imul((seed + 0x6d2b79f5) ^ ((seed + 0x6d2b79f5) >>> 15), 1 | seed);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

function isExample(data: Uint8Array | undefined, update: number, length: number): boolean {
  return data !== undefined && Buffer.compare(data, exampleBytes(update, length)) === 0;
}

function expectWhole(run: RunReader): void {
  const columns = run.summaries(1, run.updateCount);
  const wrong = Array.from(columns.update).filter((update, index) => {
    const expected = exampleSummary(update);
    return summaryFields.some(
      (field) => field !== "lossId" && !Object.is(columns[field][index], expected[field]),
    );
  });
  expect(wrong).toEqual([]);
  const checkpoints = run.checkpointList();
  expect(checkpoints).toEqual(
    Array.from({ length: Math.floor(run.updateCount / 50) + 1 }, (_, index) => index * 50),
  );
  const length = (update: number) => (update === 0 ? 3000 : 18_000);
  const wrongStates = checkpoints.filter((update) => {
    const found = run.checkpointAtOrBefore(update);
    return found?.update !== update || !isExample(found.state, update, length(update));
  });
  expect(wrongStates).toEqual([]);
  expect(run.keptList().filter(({ update }) => !isExample(run.kept(update), update, 5000))).toEqual([]);
  const changes = Math.floor(run.updateCount / 1000) + 1;
  expect(run.losses()).toHaveLength(changes);
  expect(columns.lossId.at(-1)).toBe(changes);
}

describe.each(["wal", "truncate"] as const)(
  "a process killed while it writes with the %s journal",
  (journal) => {
    test.each(Array.from({ length: rounds / 2 }, (_, round) => round))(
      "round %i: loses nothing acknowledged, twice, and resumes",
      async (round) => {
        const path = join(folder, `${journal}-${round}.pgrun`);
        for (const [session, mode] of (["new", "resume"] as const).entries()) {
          const writer = new Writer(path, journal, mode);
          await writer.kill(randomOf(round * 2 + session) * 150);
          const run = openRun(path);
          expect(run.state).toBe("stopped");
          expect(run.updateCount).toBeGreaterThanOrEqual(writer.acknowledged);
          expectWhole(run);
          run.close();
        }
        const again = resumeRun(path, { journal });
        const update = again.updateCount + 1;
        again.append(exampleSummary(update));
        again.close();
        expect(readdirSync(folder).filter((name) => name.startsWith(`${journal}-${round}.`))).toEqual([
          `${journal}-${round}.pgrun`,
        ]);
        const run = openRun(path);
        expect(run.updateCount).toBe(update);
        expect(run.state).toBe("closed");
        run.close();
      },
    );
  },
);

test("a living writer in another process refuses a second, serves readers, and a killed one does neither", async () => {
  const path = join(folder, "living.pgrun");
  const writer = new Writer(path, "wal", "new");
  while (writer.acknowledged < 2000) await once(writer.process.stdout!, "data");
  expect(codeOf(() => resumeRun(path))).toBe("writing");
  const run = openRun(path);
  expect(run.state).toBe("writing");
  let seen = run.updateCount;
  for (let poll = 0; poll < 20; poll++) {
    await once(writer.process.stdout!, "data");
    const { updates } = run.poll();
    expect(updates).toBeGreaterThanOrEqual(Math.max(seen, writer.acknowledged));
    const last = run.column("gradNorm", updates, updates);
    expect([...last]).toEqual([exampleSummary(updates).gradNorm]);
    seen = updates;
  }
  await writer.kill(0);
  expect(run.poll().state).toBe("stopped");
  expect(existsSync(`${path}-lock`)).toBe(true);
  resumeRun(path).close();
  expect(existsSync(`${path}-lock`)).toBe(false);
  expect(run.poll().state).toBe("closed");
  run.close();
});

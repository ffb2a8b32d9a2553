import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { resolveSettings } from "../../../src/engine/settings.ts";
import { TrainingSession } from "../../../src/engine/trainingSession.ts";
import { type CliResult, jsonLines, pgi } from "../../util/cli.ts";
import { makeReadOnly, mountSmallDisk } from "../../util/smallDisk.ts";
import { sharedFolder, temporaryFolder } from "../../util/temporaryFolder.ts";
import { trainedRun } from "../../util/trainedRun.ts";

const folder = sharedFolder();
const at = (name: string) => join(folder, name);
const run = at("good.pgrun");

beforeAll(async () => {
  await trainedRun(folder, "good.pgrun", "--updates", "6");
  writeFileSync(at("foreign.pgrun"), "these are not the bytes of a run\n".repeat(400));
  writeFileSync(at("empty.pgrun"), "");
  writeFileSync(at("cut.pgrun"), readFileSync(run).subarray(0, 20_000));
  writeFileSync(
    at("data.json"),
    JSON.stringify({ scalars: {}, data: { r: [1, 2, 3], w: [1, 2], m: [[1], [2]] } }),
  );
  writeFileSync(at("list.json"), "[1, 2]");
  writeFileSync(at("broken.json"), '{"data": {');
  writeFileSync(at("words.json"), '{"data": {"r": ["one"]}}');
  writeFileSync(at("big.json"), JSON.stringify({ data: { r: Array.from({ length: 9000 }, () => 1) } }));
  mkdirSync(at("folder.pgrun"));
});

/** A command line and what its one line must name: the thing, and the next step. */
type Row = readonly [name: string, words: readonly string[], exit: 1 | 2, ...says: RegExp[]];

const evaluate = (text: string, data = "data.json") => ["loss", text, "--data", at(data)];

const losses: readonly Row[] = [
  ["a loss that breaks off", evaluate("r.sum() +"), 2, /line 1 column 10/, /an expression is missing/],
  ["a bracket that stays open", evaluate("(r + 1"), 2, /\)/],
  ["an unknown name", evaluate("(rr * 2).sum()"), 2, /there is no rr here/, /did you mean r\?/],
  ["an unknown function", evaluate("summ(r)"), 2, /summ/, /sum/],
  ["an unknown name on the third line", evaluate("a = r\nb = a\nc = q"), 2, /line 3 column 5/, /no q here/],
  ["shapes that clash", evaluate("(r + w).sum()"), 2, /\[3\]/, /\[2\]/],
  [
    "shapes that clash in training's names",
    ["what-if", run, "--loss", "(logits * t).sum()"],
    2,
    /\[T, K\]/,
    /\[T\]/,
  ],
  ["a text beyond 4 KiB", evaluate(`r${"+r".repeat(2100)}`), 2, /4201 bytes/, /4096/, /shorter/],
  ["a text of 2,001 parts", evaluate(`r${"+r".repeat(1000)}+r`), 2, /2000 parts/],
  [
    "nesting 65 deep",
    evaluate(`${"(".repeat(65)}r${")".repeat(65)}`),
    2,
    /deeper than 64 levels/,
    /line of its own/,
  ],
  ["powers 65 deep", evaluate(`r${"^2".repeat(66)}`), 2, /deeper than 64/],
  [
    "a cost over the budget",
    evaluate("(r[:, None] * r).sum()", "big.json"),
    2,
    /9000/,
    /more than 16777216 elements/,
  ],
  ["a member that is refused", evaluate("r.__class__"), 2, /__class__/],
  ["a string as a value", evaluate("'import os'"), 2, /string|'import os'|not expected/],
  [
    "a loss with an unknown name to train with",
    ["train", "--loss", "-(log_pii).sum()"],
    2,
    /log_pii/,
    /did you mean log_pi\?/,
  ],
  ["an empty loss", ["train", "--loss", ""], 2, /there is no loss here/, /write an expression/],
  [
    "a loss without a value head",
    ["train", "--loss", "-(V * log_pi).sum()"],
    2,
    /has no V/,
    /there are .*log_pi/,
  ],
  [
    "a loss that spreads over pairs of steps",
    ["train", "--loss", "-(r[:, None] * log_pi).mean()"],
    2,
    /\[T, 1\]/,
    /squeeze/,
  ],
  [
    "a loss file that is missing",
    ["train", "--loss", at("none.pgloss")],
    2,
    /There is no file .*none\.pgloss/,
  ],
  ["a folder as a loss", ["train", "--loss", folder], 2, /is a folder/],
  ["what-if without a loss", ["what-if", run], 2, /needs --loss/],
  ["loss without data", ["loss", "r"], 2, /needs --data/],
];

const data: readonly Row[] = [
  ["a data file that is missing", evaluate("r", "none.json"), 2, /none\.json/, /no such file/],
  ["a folder as data", evaluate("r", "folder.pgrun"), 2, /folder\.pgrun/, /is a folder/],
  ["data that break off", evaluate("r", "broken.json"), 2, /broken\.json is no JSON/],
  ["data of another form", evaluate("r", "list.json"), 2, /list\.json/, /scalars/],
  ["words instead of numbers", evaluate("r", "words.json"), 2, /"one"/, /no number/],
  ["a data set that is not there", evaluate("r", "data.json#main"), 2, /no data set main/],
];

const settings: readonly Row[] = [
  ["a seed that is no number", ["train", "--seed", "abc"], 2, /--seed/, /"abc"/],
  ["a seed with a fraction", ["train", "--seed", "1.5"], 2, /--seed/, /whole number/],
  ["a negative seed", ["train", "--seed", "-3"], 2, /--seed/, /at least 0/],
  ["a seed beyond 2^53", ["train", "--seed", "9007199254740993"], 2, /--seed/, /whole number/],
  ["an unknown environment", ["train", "--environment", "CartPole"], 2, /"CartPole"/, /CartPole-v1/],
  [
    "an environment unlike any",
    ["train", "--environment", "Pong"],
    2,
    /"Pong"/,
    /CartPole-v1, ShortCorridor/,
  ],
  ["an unknown algorithm", ["train", "--algorithm", "reinforse"], 2, /"reinforse"/, /reinforce/],
  ["a negative learning rate", ["train", "--learning-rate", "-0.1"], 2, /learning rate/, /above 0/],
  ["an infinite learning rate", ["train", "--learning-rate", "Infinity"], 2, /learning rate/, /finite/],
  ["gamma 2", ["train", "--gamma", "2"], 2, /gamma lies between 0 and 1/],
  ["gamma that is no number", ["train", "--gamma", "NaN"], 2, /--gamma takes a number/],
  ["no updates at all", ["train", "--updates", "0"], 2, /--updates/, /at least 1/],
  ["hidden layers in words", ["train", "--hidden", "big"], 2, /--hidden/, /128 or 64,64/],
  ["a layer that is too wide", ["train", "--hidden", "100000"], 2, /8192/],
  ["too many layers", ["train", "--hidden", "1,1,1,1,1,1,1,1,1"], 2, /at most 8/],
  ["an unknown optimiser", ["train", "--optimiser", "rmsprop"], 2, /"rmsprop"/, /adam and sgd/],
  ["an unknown activation", ["train", "--activation", "gelu"], 2, /"gelu"/, /relu and tanh/],
  ["a clip of zero", ["train", "--clip-norm", "0"], 2, /clip/, /above 0/],
  ["a backend that is none", ["train", "--backend", "cuda"], 2, /"cuda"/, /kernels/],
  ["an option that is none", ["train", "--rounds", "3"], 2, /--rounds/, /--help/],
  ["a word too many", ["show", run, "again"], 2, /"again"/, /--help/],
];

const files: readonly Row[] = [
  ["a missing run", ["show", at("none.pgrun")], 2, /none\.pgrun does not exist/, /pgi runs/],
  ["a foreign file", ["show", at("foreign.pgrun")], 2, /foreign\.pgrun is not a run file/],
  ["an empty file", ["show", at("empty.pgrun")], 2, /empty\.pgrun is not a run file/],
  ["a run cut off", ["show", at("cut.pgrun")], 1, /cut\.pgrun is damaged or cut off/, /train again/],
  ["a folder as a run", ["show", at("folder.pgrun")], 1, /folder\.pgrun/, /check that it is a file/],
  ["a cut run to resume", ["train", "--resume", at("cut.pgrun")], 1, /cut\.pgrun is damaged or cut off/],
  ["a foreign file to resume", ["train", "--resume", at("foreign.pgrun")], 2, /is not a run file/],
  ["update 0", ["show", run, "--update", "0"], 2, /--update/, /at least 1/],
  ["an update beyond the last", ["show", run, "--update", "7"], 2, /no update 7/, /1 to 6/],
  [
    "an update beyond the last in what-if",
    ["what-if", run, "--update", "99", "--loss", "r.sum()"],
    2,
    /1 to 6/,
  ],
  ["an update beyond the last to export", ["export", run, "--to", "csv", "--update", "99"], 2, /1 to 6/],
  ["an unknown column", ["show", run, "--columns", "shares"], 2, /"shares"/, /Did you mean share\?/],
  ["an unknown column to sort by", ["show", run, "--sort", "sahre"], 2, /"sahre"/, /There are .*share/],
  ["an export without a form", ["export", run], 2, /--to pgtrace, --to pytorch or --to numpy/],
  [
    "an unknown export form",
    ["export", run, "--to", "pickle"],
    2,
    /--to pgtrace, --to pytorch or --to numpy/,
  ],
  [
    "an export into no folder",
    ["export", run, "--to", "csv", "--out", at("no/a.csv")],
    2,
    /no\/a\.csv/,
    /folder/,
  ],
  ["a run in no folder", ["train", "--out", at("no/a.pgrun")], 2, /no\/a\.pgrun/, /create the folder/],
  ["a folder to write to", ["train", "--out", folder], 2, /is a folder/, /run\.pgrun/],
  ["a file as the folder of runs", ["runs", run], 2, /is a file/],
  ["no folder of runs", ["runs", at("nowhere")], 2, /There is no folder .*nowhere/],
];

/** The one line for a person; a loss's line is quoted below it with the place marked. */
function firstLine({ error }: CliResult): string {
  const [line = "", ...rest] = error.trimEnd().split("\n");
  const isMarked = rest.length === 2 && /^ *\^+$/.test(rest[1] ?? "");
  expect(rest.length === 0 || isMarked, error).toBe(true);
  return line;
}

describe.each([
  ["losses", losses],
  ["data", data],
  ["settings", settings],
  ["files", files],
] as const)("of %s", (_, rows) => {
  test.for(rows)("%s is refused in one clear line", async ([, words, exit, ...says]) => {
    const started = performance.now();
    const result = await pgi(...words);
    const line = firstLine(result);
    for (const pattern of says) expect(line).toMatch(pattern);
    expect([result.exit, result.out]).toEqual([exit, ""]);
    expect(line).not.toMatch(/fault of pgi|undefined|\[object|\bat .*\.ts:\d/);
    expect(line.length).toBeLessThan(700);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe("a run that others hold", () => {
  test("cannot be resumed while it is being trained, but is shown", async () => {
    const path = join(temporaryFolder(), "a.pgrun");
    const session = TrainingSession.create(path, resolveSettings({ hidden: [16] }));
    await session.oneUpdate();
    const resumed = await pgi("train", "--resume", path);
    expect(resumed).toMatchObject({ exit: 1, out: "" });
    expect(firstLine(resumed)).toMatch(
      /a\.pgrun is being written by another process; stop that training first/,
    );
    const replaced = await pgi("train", "--out", path, "--force");
    expect(firstLine(replaced)).toMatch(/is being written by another process/);
    expect((await pgi("show", path, "--update", "1")).exit).toBe(0);
    expect(jsonLines((await pgi("runs", join(path, ".."), "--json")).out)).toMatchObject([
      { beingWritten: true },
    ]);
    await session.stop();
  });

  test("and is locked by another program is told within seconds", async () => {
    const path = join(temporaryFolder(), "a.pgrun");
    copyFileSync(run, path);
    const holder = new DatabaseSync(path);
    holder.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    const started = performance.now();
    const shown = await pgi("show", path);
    expect(performance.now() - started).toBeLessThan(6000);
    holder.close();
    expect(shown).toMatchObject({ exit: 1, out: "" });
    expect(firstLine(shown)).toMatch(/a\.pgrun is locked by another program; close that program/);
  });
});

describe("a disk", () => {
  test("that is full ends training with one line and keeps the run so far", async ({ skip }) => {
    const disk = join(temporaryFolder(), "disk");
    if (!mountSmallDisk(disk, 3000)) return skip("only root on Linux may mount a small file system");
    const path = join(disk, "a.pgrun");
    const result = await pgi(
      "train",
      "--environment",
      "ShortCorridor",
      "--steps",
      "100000000",
      "--out",
      path,
    );
    expect(result.exit).toBe(1);
    expect(firstLine(result)).toMatch(
      /a\.pgrun cannot grow because the disk is full; free some space and resume/,
    );
    const [listed] = jsonLines((await pgi("runs", disk, "--json")).out) as [{ updates: number }];
    expect(listed.updates).toBeGreaterThan(100);
    expect((await pgi("show", path, "--update", String(listed.updates))).exit).toBe(0);
  });

  test("that is read-only is named, and its runs are still shown", async ({ skip }) => {
    const disk = join(temporaryFolder(), "disk");
    if (!mountSmallDisk(disk, 2000)) return skip("only root on Linux may mount a small file system");
    const path = join(disk, "a.pgrun");
    copyFileSync(run, path);
    if (!makeReadOnly(disk)) return skip("this file system cannot be made read-only");
    for (const words of [
      ["train", "--updates", "1", "--out", join(disk, "b.pgrun")],
      ["train", "--resume", path],
      ["export", path, "--to", "csv"],
    ]) {
      const result = await pgi(...words);
      expect(result).toMatchObject({ exit: 1, out: "" });
      expect(firstLine(result)).toMatch(/read-only; change its permissions, or write elsewhere/);
    }
    expect((await pgi("show", path, "--update", "2")).exit).toBe(0);
  });
});

describe("a damaged run", () => {
  test("cut anywhere gives its numbers or one line, never a fault", async () => {
    const whole = readFileSync(run);
    const path = join(temporaryFolder(), "a.pgrun");
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        writeFileSync(path, whole.subarray(0, length));
        await expectHonest(path);
      }),
      { numRuns: 30 },
    );
  });

  test("with bytes changed anywhere gives its numbers or one line, never a fault", async () => {
    const whole = readFileSync(run);
    const path = join(temporaryFolder(), "a.pgrun");
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (flips) => {
        const bytes = Buffer.from(whole);
        for (const [place, flip] of flips) bytes[place]! ^= flip;
        writeFileSync(path, bytes);
        await expectHonest(path);
      }),
      { numRuns: 80 },
    );
  });

  /** Whatever is shown of it is what the whole run shows. */
  async function expectHonest(path: string): Promise<void> {
    for (const update of ["3", "6"]) {
      const words = ["--update", update, "--json"];
      const shown = await pgi("show", path, ...words);
      if (shown.exit === 0) expect(shown.out).toBe((await pgi("show", run, ...words)).out);
      else {
        expect(shown.out).toBe("");
        expect(firstLine(shown)).not.toMatch(/fault of pgi/);
        expect(firstLine(shown)).toContain("a.pgrun");
      }
    }
    expect(existsSync(path)).toBe(true);
    expect(statSync(path).isFile()).toBe(true);
  }
});

import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { TraceBook } from "../../../../src/engine/traces/traceBook.ts";

const reference = resolve(import.meta.dirname, "../../../reference/traces");
const manifest = JSON.parse(readFileSync(join(reference, "manifest.json"), "utf8"));
const scratch = mkdtempSync(join(tmpdir(), "pgi-trace-book-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const referenceTrace = (name: string) => join(reference, `${name}.cartpole.jsonl`);
const lines = (path: string) =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

function written(name: string, ...objects: object[]): string {
  const path = join(scratch, name);
  writeFileSync(path, objects.map((object) => `${JSON.stringify(object)}\n`).join(""));
  return path;
}

const step = (t: number, more: object = {}) => ({ episode: 1, t, action: 0, reward: t + 1, ...more });

describe("what a trace's page shows", () => {
  const path = referenceTrace("missing_gamma_t");
  const view = new TraceBook().view(path);
  const written = lines(path);

  test("counts what is in the file", () => {
    const steps = written.filter(({ t }) => t !== undefined);
    expect(view.steps).toBe(steps.length);
    expect(view.episodes).toBe(new Set(steps.map(({ episode }) => episode)).size);
    expect(view.updateCount).toBe(written.filter(({ update }) => update !== undefined).length);
    expect(view.columns.find(({ name }) => name === "logits")).toMatchObject({
      given: steps.filter(({ logits }) => logits).length,
      of: steps.length,
    });
  });

  test("says of each update the mean return of the episodes that ended in it", () => {
    const rewards = new Map<number, number>();
    for (const { episode, reward } of written) {
      if (episode !== undefined) rewards.set(episode, (rewards.get(episode) ?? 0) + reward);
    }
    for (const update of written.filter((line) => line.update !== undefined)) {
      const returns = update.episodes.map((episode: number) => rewards.get(episode));
      const mean = returns.reduce((sum: number, one: number) => sum + one, 0) / returns.length;
      expect(view.updates.find(({ number }) => number === update.update)!.meanReturn).toBeCloseTo(mean, 9);
    }
  });

  test("holds the finding with its numbers and the line of the trace it is seen in", () => {
    const finding = view.findings.find(({ id }) => id === "missing_gamma_t")!;
    expect(finding.evidence.length).toBeGreaterThan(0);
    expect(written[finding.traceLine - 1].update).toBe(finding.updates[0] ?? 1);
  });
});

test("every reference trace has the findings that its manifest names", () => {
  const book = new TraceBook();
  const files: { file: string; findings: string[] }[] = manifest.files;
  expect(files.length).toBeGreaterThan(10);
  for (const { file, findings } of files) {
    expect(
      book.view(join(reference, file)).findings.map(({ id }) => id),
      file,
    ).toEqual(findings);
  }
});

test("a trace of bare steps says what each missing quantity would allow", () => {
  const view = new TraceBook().view(written("bare.pgtrace", step(0), step(1)));
  expect(view.missing[0]!.name).toBe("updates");
  expect(view.missing.map(({ name }) => name)).toContain("logits, or mu and log_sigma");
  expect(view.missing.every(({ allows }) => allows.length > 10)).toBe(true);
  expect(view.updates).toEqual([]);
});

test("what is there is not missed", () => {
  const { missing } = new TraceBook().view(referenceTrace("correct_baseline"));
  expect(missing.map(({ name }) => name)).not.toContain("logits, or mu and log_sigma");
});

test("a file that has grown is read again, one that has not is not", () => {
  const path = join(scratch, "growing.pgtrace");
  copyFileSync(referenceTrace("correct"), path);
  const book = new TraceBook();
  const before = book.view(path);
  expect(book.view(path)).toBe(before);
  appendFileSync(path, `${JSON.stringify({ ...step(0), episode: 999_999 })}\n`);
  expect(book.view(path).steps).toBe(before.steps + 1);
});

describe("the names that a script recorded", () => {
  const path = written("names.pgtrace", step(0), step(1, { terminated: true }), {
    update: 1,
    loss: 2.5,
    log_prob: [-0.5, -1],
    coef: [-3, -2],
    source: { file: "/home/a/train.py", line: 12 },
    tensors: {
      returns: { value: [3, 2], grad: [0.25, -0.25], file: "/home/a/train.py", line: 9 },
      bare: [[1, 2]],
    },
  });
  const { names, files } = new TraceBook().names(path);
  const named = (name: string) => names.find((one) => one.name === name)!;

  test("watched ones carry their value, gradient and line", () => {
    const returns = named("returns");
    expect(returns).toMatchObject({
      isWatched: true,
      source: { file: "/home/a/train.py", line: 9 },
      shape: [2],
    });
    expect(returns.value).toMatchObject({ mean: 2.5, first: [3, 2] });
    expect(returns.gradient).toMatchObject({ maximum: 0.25, first: [0.25, -0.25] });
    expect(named("bare")).toMatchObject({ shape: [1, 2], gradient: null, source: { line: 12 } });
  });

  test("recorded ones carry ∂loss/∂ them where it is in the trace", () => {
    expect(named("log_prob").gradient!.first).toEqual([-3, -2]);
    expect(named("loss").value.first).toEqual([2.5]);
    expect(named("reward").value.first).toEqual([1, 2]);
    expect(named("coef")).toBeUndefined();
  });

  test("the files are those that recorded", () => {
    expect(files).toEqual(["/home/a/train.py"]);
  });
});

test("a report cannot be made to hold Markdown of the trace's own", () => {
  const hostile = "a`![x](https://example.org/x.png)\n# b.py";
  const source = { file: hostile, line: 3 };
  const updates = lines(referenceTrace("wrong_sign")).map((line) =>
    line.update === undefined ? line : { ...line, source },
  );
  const report = new TraceBook().markdown(written("hostile.pgtrace", ...updates));
  expect(report).toContain("`` a`![x](https://example.org/x.png) # b.py:3 ``");
});

import { describe, expect, test } from "vitest";
import { ConformanceCount, conform } from "../../../../src/engine/conformance/run.ts";

function lines(file: unknown) {
  const read = conform(file);
  if (!read.ok) throw new Error(read.message);
  return [...read.outcomes];
}

describe("conform", () => {
  test.each([null, 3, "text", [], {}, { cases: [] }, { cases: [{}] }])(
    "does not take %j for a reference file",
    (file) => {
      const read = conform(file);
      expect(read.ok).toBe(false);
      expect(!read.ok && read.message).toContain("There are expressions, distributions, returns");
    },
  );

  test("gives an error line for a malformed case and goes on with the next", () => {
    const good = { logits: [0, 0], action: 1, log_prob: -Math.LN2 };
    const found = lines({ categorical: [{ logits: "none" }, 5, { logits: [0, 0], action: 2 }, good] });
    expect(found.map(({ line }) => ("error" in line ? line : line.case))).toEqual([
      { case: "categorical/0", error: '"logits" is no list' },
      { case: "categorical/1", error: "the case is no object" },
      { case: "categorical/2", error: "there is no action 2 among 2" },
      "categorical/3",
    ]);
    expect(found.map(({ failed }) => failed)).toEqual([true, true, true, false]);
  });

  test("compares what a case has and computes the rest", () => {
    const [outcome] = lines({ categorical: [{ logits: [0, 0], action: 0, entropy: Math.LN2 }] });
    expect(outcome!.line).toMatchObject({ computed: { log_prob: -Math.LN2, entropy: Math.LN2 } });
    expect(outcome!.failed).toBe(false);
  });

  test.each([
    [{ models: [{ losses: {}, name: 7 }] }, '"name" is no text'],
    [
      { cases: [{ rewards: [1], values: [1, 2], gamma: 1, ends: [] }] },
      "rewards and values differ in number",
    ],
    [
      { cases: [{ rewards: [1], values: [1], gamma: 1, ends: [{ index: 4 }] }] },
      "an episode ends at step 4 of 1",
    ],
    [{ grid: [{ p_right: "half" }] }, '"p_right" is no number'],
    [{ episodes: [{ env: "CartPole-v1" }] }, '"actions" is no list'],
  ])("names what is wrong in %j", (file, message) => {
    expect(lines(file).map(({ line }) => line)).toContainEqual(expect.objectContaining({ error: message }));
  });

  test("skips an environment that is not offered, by name", () => {
    expect(lines({ episodes: [{ env: "Pong-v5" }] })[0]!.line).toEqual({
      case: "episode/0",
      skipped: "Pong-v5 is not offered yet",
    });
  });
});

describe("ConformanceCount", () => {
  test("counts what was compared, failed and skipped, and keeps the worst", () => {
    const count = new ConformanceCount();
    const file = {
      categorical: [
        { logits: [0, 0], action: 0, entropy: Math.LN2 + 2e-10 },
        { logits: [0, 0], action: 0, entropy: 0 },
      ],
    };
    for (const outcome of lines(file)) count.add(outcome);
    for (const outcome of lines({ episodes: [{ env: "Pong-v5" }] })) count.add(outcome);
    expect(count.summary()).toMatchObject({ summary: true, cases: 3, compared: 2, failed: 1, skipped: 1 });
    expect(count.summary().worst).toBeGreaterThan(1e6);
  });
});

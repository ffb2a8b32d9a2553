import { fc, test as property } from "@fast-check/vitest";
import { safeParse } from "valibot";
import { describe, expect, test } from "vitest";
import {
  countSeeds,
  sweepArguments,
  sweepFolderName,
  sweepWords,
  trialCount,
} from "../../../../src/host/comparison/sweepArguments.ts";
import { readLine } from "../../../../src/host/comparison/sweepProcess.ts";

const asked = { environment: "CartPole-v1", algorithms: ["reinforce", "ppo"], seeds: "1-3, 8", steps: 1000 };

describe("what Train Comparison is asked for", () => {
  test("becomes the words of pgi sweep", () => {
    expect(sweepWords(asked)).toEqual([
      ...["--environment", "CartPole-v1", "--algorithm", "reinforce,ppo", "--seeds", "1-3,8"],
      ...["--steps", "1000"],
    ]);
    expect(sweepWords({ ...asked, steps: null }).at(-1)).toBe("--until-solved");
    expect(trialCount(asked)).toBe(8);
    expect(() => trialCount({ ...asked, seeds: "1-101" })).toThrow("202 runs");
  });

  test("has a folder of its own for every question", () => {
    expect(sweepFolderName(asked)).toMatch(/^CartPole-v1-reinforce-ppo-[0-9a-f]{8}$/);
    expect(sweepFolderName(asked)).toBe(sweepFolderName({ ...asked }));
    expect(sweepFolderName(asked)).not.toBe(sweepFolderName({ ...asked, steps: null }));
    const many = Array.from({ length: 50 }, (_, place) => `algorithm-${place}`);
    expect(sweepFolderName({ ...asked, algorithms: many })).toMatch(/^CartPole-v1-50-algorithms-/);
  });

  test.each([
    [{ ...asked, seeds: "1-" }, "1-5"],
    [{ ...asked, seeds: "" }, "1-5"],
    [{ ...asked, algorithms: [] }, "Name an algorithm"],
    [{ ...asked, environment: "a b; rm" }, "letters"],
    [{ ...asked, algorithms: ["--out"] }, "letters"],
    [{ ...asked, steps: 0 }, "at least 1"],
    [{ ...asked, steps: 1.5 }, "whole"],
    [{ ...asked, more: 1 }, ""],
    [null, ""],
  ])("is refused where it is wrong: %j", (given, words) => {
    const read = safeParse(sweepArguments, given);
    expect(read.success).toBe(false);
    expect(read.issues?.[0]?.message).toContain(words);
  });

  property.prop([fc.array(fc.tuple(fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 5 })])(
    "counts the seeds of a list",
    (ranges) => {
      const text = ranges.map(([first, more]) => (more === 0 ? `${first}` : `${first}-${first + more}`));
      expect(countSeeds(text.join(","))).toBe(ranges.reduce((sum, [, more]) => sum + more + 1, 0));
    },
  );

  test.each(["", "a", "3-1", "1,,2", "1-2-3", "-1", "1.5"])("counts none in %j", (text) => {
    expect(countSeeds(text)).toBe(0);
  });
});

describe("a line of the sweep", () => {
  test("is of a trial, of the whole, or of something else", () => {
    expect(readLine('{"trial":3,"state":"done"}')).toBe("trial");
    expect(readLine('{"done":true,"left":0,"failed":1,"settings":[]}')).toEqual({
      ok: true,
      isWhole: true,
      failed: 1,
    });
    for (const line of ["", "{", "null", "[]", '{"done":1}', "progress"])
      expect(readLine(line)).toBeUndefined();
  });
});

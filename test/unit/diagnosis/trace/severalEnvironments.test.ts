import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { diagnoseTrace } from "../../../../src/diagnosis/trace/diagnoseTrace.ts";
import { traceEvidence } from "../../../../src/engine/diagnosis/evidence.ts";
import { TraceReader } from "../../../../src/runs/trace/traceReader.ts";

interface Step {
  readonly reward: number;
  readonly value: number;
  readonly isEnd: boolean;
}

/** Rewards and values that are no round numbers, so that nothing fits by chance. */
const step: fc.Arbitrary<Step> = fc.record({
  reward: fc.integer({ min: -997, max: 997 }).map((n) => n / 311),
  value: fc.integer({ min: -997, max: 997 }).map((n) => n / 431),
  isEnd: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
});

const gamma = 0.9;

/** An update of every environment's next steps: [T][N], and V of what follows each environment's last one, [N]. */
const update = fc.record({
  rows: fc.array(fc.array(step, { minLength: 3, maxLength: 3 }), { minLength: 8, maxLength: 8 }),
  following: fc.array(
    fc.integer({ min: 1, max: 997 }).map((n) => n / 97),
    { minLength: 3, maxLength: 3 },
  ),
});

/** −(G − V) of every step, environment by environment, in the order of recording. */
function coefficients(rows: readonly (readonly Step[])[], following: readonly number[]): number[] {
  const returns = rows.map(() => [0, 0, 0]);
  following.forEach((end, env) => {
    let after = end;
    for (let t = rows.length - 1; t >= 0; t--) {
      const { reward, isEnd } = rows[t]![env]!;
      after = reward + (isEnd ? 0 : gamma * after);
      returns[t]![env] = after;
    }
  });
  return rows.flatMap((row, t) => row.map(({ value }, env) => value - returns[t]![env]!));
}

describe("steps of several environments, recorded one after the other", () => {
  test.prop([fc.array(update, { minLength: 3, maxLength: 5 }), fc.boolean()], { numRuns: 40 })(
    "are told apart, and what follows their open ends is fitted for each",
    (updates, namesTheFirst) => {
      const lines: unknown[] = [{ pgtrace: 1, gamma }];
      const clocks = [0, 1, 2].map((env) => ({ episode: env + 1, t: 0 }));
      let episodes = 3;
      updates.forEach(({ rows, following }, index) => {
        for (const row of rows) {
          row.forEach(({ reward, value, isEnd }, env) => {
            const clock = clocks[env]!;
            const place = env > 0 || namesTheFirst ? { env } : {};
            lines.push({ ...clock, ...place, action: 0, reward, value, log_prob: -0.7, terminated: isEnd });
            clock.t++;
            if (isEnd) clocks[env] = { episode: ++episodes, t: 0 };
          });
        }
        lines.push({ update: index + 1, coef: coefficients(rows, following) });
      });
      const reader = new TraceReader("several.pgtrace");
      reader.push(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
      reader.end();
      expect(diagnoseTrace(traceEvidence(reader)).verdict).toContain("c = 1.000·(G − V), residual");
    },
  );
});

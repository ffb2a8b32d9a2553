import { test as propertyTest } from "@fast-check/vitest";
import fc from "fast-check";
import { expect } from "vitest";
import { diagnoseTrace } from "../../../../src/diagnosis/trace/diagnoseTrace.ts";
import { traceEvidence } from "../../../../src/engine/diagnosis/evidence.ts";
import { TraceReader } from "../../../../src/runs/trace/traceReader.ts";

interface Sample {
  readonly mu: number;
  readonly logSigma: number;
  readonly noise: number;
  readonly reward: number;
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const samples: fc.Arbitrary<Sample[]> = fc.array(
  fc.record({
    mu: between(-0.5, 0.5),
    logSigma: between(-1, -0.2),
    noise: between(0.1, 1.5),
    reward: between(-1, 1),
  }),
  { minLength: 5, maxLength: 12 },
);

/** The log-probability of tanh(u), with the change of variables or without. */
function logProbOf({ mu, logSigma, noise }: Sample, corrects: boolean): number {
  const action = Math.tanh(mu + Math.exp(logSigma) * noise);
  const density = -(noise ** 2) / 2 - logSigma - Math.log(2 * Math.PI) / 2;
  return corrects ? density - Math.log(1 - action ** 2) : density;
}

function idsOf(steps: readonly Sample[], correctsUpdate: boolean): string[] {
  const lines: object[] = steps.map((step, t) => ({
    episode: 1,
    t,
    action: [Math.tanh(step.mu + Math.exp(step.logSigma) * step.noise)],
    mu: [step.mu],
    log_sigma: [step.logSigma],
    reward: step.reward,
    log_prob: logProbOf(step, true),
    terminated: t === steps.length - 1,
  }));
  lines.push({ update: 1, episodes: [1], log_prob: steps.map((step) => logProbOf(step, correctsUpdate)) });
  const reader = new TraceReader("squashed");
  reader.push(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
  reader.end();
  return diagnoseTrace(traceEvidence(reader)).findings.map(({ id }) => id);
}

propertyTest.prop([samples], { numRuns: 30 })("a tanh correction on one side is named", (steps) => {
  expect(idsOf(steps, false)).toContain("one_sided_tanh_correction");
});

propertyTest.prop([samples], { numRuns: 30 })("a tanh correction on both sides is not", (steps) => {
  expect(idsOf(steps, true)).not.toContain("one_sided_tanh_correction");
});

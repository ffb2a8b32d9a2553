import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { candidateRules } from "../../../src/diagnosis/candidates.ts";
import { judge, type VerdictInput } from "../../../src/diagnosis/verdict.ts";

interface Episode {
  readonly rewards: readonly number[];
  readonly gamma: number;
  readonly probabilities: readonly (readonly number[])[];
  readonly actions: readonly number[];
}

const episode: Episode = {
  gamma: 0.9,
  rewards: [1, -2, 3, 0.5, 4],
  probabilities: [
    [0.2, 0.3, 0.5],
    [0.6, 0.3, 0.1],
    [0.1, 0.1, 0.8],
    [0.25, 0.25, 0.5],
    [0.7, 0.2, 0.1],
  ],
  actions: [2, 0, 1, 1, 0],
};

/** V of the episode's states. */
const values = [0.3, -1.2, 0.7, 2.1, 0.4];
/** What was recorded before, and how far the policy has gone since. */
const advantages = [0.5, -1.5, 2, 0.1, -0.7];
const ratios = [1.1, 0.7, 1.3, 0.95, 1.25];

/** γᵗG_t of the episode by the definition G_t = Σ_k γᵏ r_{t+k}. */
function discountedWeights({ rewards, gamma }: Episode): number[] {
  return rewards.map((_, t) => {
    let sum = 0;
    for (let k = t; k < rewards.length; k++) sum += gamma ** (k - t) * rewards[k]!;
    return gamma ** t * sum;
  });
}

/** The input that a loss −Σ c_t ln π_t − Σ β_t H_t gives, by name or only through the logits. */
function inputOf(
  source: Episode,
  c: readonly number[],
  beta?: readonly number[],
  named = true,
): VerdictInput {
  const steps = c.length;
  const actionCount = source.probabilities[0]!.length;
  const logitsGradient = new Float64Array(steps * actionCount);
  source.probabilities.forEach((row, t) => {
    const entropy = -row.reduce((sum, p) => sum + p * Math.log(p), 0);
    row.forEach((p, k) => {
      const score = (k === source.actions[t] ? 1 : 0) - p;
      logitsGradient[t * actionCount + k] = -c[t]! * score + (beta?.[t] ?? 0) * p * (Math.log(p) + entropy);
    });
  });
  const terminated = new Uint8Array(steps);
  terminated[steps - 1] = 1;
  return {
    steps,
    actionCount,
    episodes: 1,
    gamma: source.gamma,
    rewards: Float64Array.from(source.rewards),
    time: Float64Array.from({ length: steps }, (_, t) => t),
    ends: { terminated, truncated: new Uint8Array(steps) },
    actions: source.actions,
    probabilities: source.probabilities.flat(),
    chosenProbabilities: Float64Array.from(source.probabilities, (row, t) => row[source.actions[t]!]!),
    values: Float64Array.from(values.slice(0, steps)),
    advantages: Float64Array.from(advantages.slice(0, steps)),
    ratios: Float64Array.from(ratios.slice(0, steps)),
    nextValues: Float64Array.from({ length: steps }, (_, t) => (t === steps - 1 ? 0 : values[t + 1]!)),
    entropies: source.probabilities.map((row) => -row.reduce((sum, p) => sum + p * Math.log(p), 0)),
    logitsGradient,
    logPiAdjoint: named ? c.map((weight) => -weight) : undefined,
    entropyAdjoint: named ? beta?.map((weight) => -weight) : undefined,
    directGradient: named ? undefined : logitsGradient,
  };
}

describe("the verdict", () => {
  const weights = discountedWeights(episode);

  test("names the book's rule with κ = 1 and no residual", () => {
    const verdict = judge(inputOf(episode, weights));
    expect(verdict).toMatchObject({ kind: "book", finding: undefined, undecided: [] });
    expect(verdict.match?.scale).toBeCloseTo(1, 12);
    expect(verdict.match?.residual).toBeLessThan(1e-14);
    expect(verdict.rule).toBe("theta += alpha * gamma^t * G * grad(log_pi)");
    expect(verdict.sentence).toMatch(/^REINFORCE \(13\.3\): c = 1\.000·γᵗG, residual /);
  });

  test("reads the same weights from the gradient at the logits alone", () => {
    const verdict = judge(inputOf(episode, weights, undefined, false));
    expect(verdict.kind).toBe("book");
    expect(verdict.fingerprint.reading).toBe("projected");
    expect(verdict.fingerprint.formResidual).toBeLessThan(1e-14);
    verdict.fingerprint.weights.forEach((weight, t) => {
      expect(weight).toBeCloseTo(weights[t]!, 12);
    });
  });

  test("finds that an entropy term in the logits is not of the form, with three actions", () => {
    const verdict = judge(inputOf(episode, weights, [1, 1, 1, 1, 1], false));
    expect(verdict).toMatchObject({ kind: "undecided", match: undefined });
    expect(verdict.fingerprint.formResidual).toBeGreaterThan(1e-3);
  });

  test("says with two actions that entropy cannot be told from a weight", () => {
    const two: Episode = {
      ...episode,
      probabilities: episode.probabilities.map(([p]) => [p!, 1 - p!]),
      actions: [0, 0, 1, 1, 0],
    };
    const verdict = judge(inputOf(two, weights, undefined, false));
    expect(verdict.undecided.join()).toMatch(/entropy/);
  });

  test("reads weight and entropy bonus together across the steps, with two actions", () => {
    const two: Episode = {
      ...episode,
      probabilities: [0.3, 0.62, 0.81, 0.45, 0.17].map((p) => [p, 1 - p]),
      actions: [0, 0, 1, 1, 0],
    };
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }).filter((beta) => Math.abs(beta) > 1e-3),
        (beta) => {
          const verdict = judge(
            inputOf(
              two,
              weights,
              weights.map(() => beta),
              false,
            ),
          );
          expect(verdict.match?.rule.id).toBe("reinforce");
          expect(verdict.match?.scale).toBeCloseTo(1, 9);
          expect(verdict.entropy?.beta).toBeCloseTo(beta, 9);
          expect(verdict.undecided.join()).toMatch(/condition number/);
          verdict.fingerprint.weights.forEach((weight, t) => {
            expect(weight).toBeCloseTo(weights[t]!, 9);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  test("says how well the batch tells the rule from the nearest other one", () => {
    const verdict = judge(inputOf(episode, weights));
    expect(verdict.condition?.number).toBeGreaterThan(1);
    expect(verdict.condition?.against).not.toBe("γᵗG");
    const nearlyOne = { ...episode, gamma: 0.999 };
    const harder = judge(inputOf(nearlyOne, discountedWeights(nearlyOne)));
    expect(harder.condition!.number).toBeGreaterThan(10 * verdict.condition!.number);
  });

  test("gives entropy its own sign in a rule that descends", () => {
    const wrong = judge(
      inputOf(
        episode,
        weights.map((weight) => -weight),
        weights.map(() => 0.01),
      ),
    );
    expect(wrong.rule).toBe("theta -= alpha * gamma^t * G * grad(log_pi) - alpha * 0.01 * grad(entropy)");
  });

  test("calls a loss without a minus sign a mistake", () => {
    const verdict = judge(
      inputOf(
        episode,
        weights.map((weight) => -weight),
      ),
    );
    expect(verdict).toMatchObject({ kind: "mistake", finding: "wrong_sign" });
    expect(verdict.rule).toBe("theta -= alpha * gamma^t * G * grad(log_pi)");
  });

  test("names a mean over steps", () => {
    const verdict = judge(
      inputOf(
        episode,
        weights.map((weight) => weight / 5),
      ),
    );
    expect(verdict).toMatchObject({ kind: "variant", finding: "mean_instead_of_sum" });
    expect(verdict.rule).toBe("theta += alpha * 1/T * gamma^t * G * grad(log_pi)");
  });

  test("tells an entropy bonus from an entropy that is minimised", () => {
    const bonus = judge(
      inputOf(
        episode,
        weights,
        weights.map(() => 0.01),
      ),
    );
    expect(bonus).toMatchObject({ kind: "book", entropy: { constant: true, beta: 0.01 } });
    expect(bonus.rule).toBe("theta += alpha * gamma^t * G * grad(log_pi) + alpha * 0.01 * grad(entropy)");
    const minimised = judge(
      inputOf(
        episode,
        weights,
        weights.map(() => -0.01),
      ),
    );
    expect(minimised).toMatchObject({ kind: "mistake", finding: "entropy_sign" });
  });

  test("says that γᵗ cannot be decided when γ is 1", () => {
    const undiscounted = { ...episode, gamma: 1 };
    const verdict = judge(inputOf(undiscounted, discountedWeights(undiscounted)));
    expect(verdict.kind).toBe("book");
    expect(verdict.undecided.join()).toMatch(/γ = 1/);
  });

  test("prefers, of rules that the batch cannot tell apart, one with a named scale", () => {
    const constant = { ...episode, rewards: [2, 2, 2, 2, 2] };
    const verdict = judge(inputOf(constant, [2, 2, 2, 2, 2]));
    expect(verdict.match?.rule.id).toBe("rewards_only");
    expect(verdict.match?.scale).toBeCloseTo(1, 12);
    expect(verdict.undecided.join()).toMatch(/G₀/);
  });

  test("finds no policy term where every weight is 0", () => {
    expect(judge(inputOf(episode, [0, 0, 0, 0, 0]))).toMatchObject({
      finding: "detached_log_prob",
      kind: "mistake",
    });
  });

  test("does not claim a rule for weights of no known form", () => {
    const verdict = judge(inputOf(episode, [1, -5, 2, 8, -3]));
    expect(verdict).toMatchObject({ kind: "undecided", match: undefined });
    expect(verdict.sentence).toMatch(/nearest is/);
  });

  test.each(candidateRules.map((rule) => [rule.id, rule] as const))(
    "finds %s again from its own weights at any scale",
    (_, rule) => {
      fc.assert(
        fc.property(
          fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 5, maxLength: 5 }),
          fc.double({ min: 0.5, max: 0.95, noNaN: true }),
          fc.double({ min: 0.1, max: 3, noNaN: true }),
          (rewards, gamma, scale) => {
            const source = { ...episode, rewards: rewards.map((r) => r + Math.sign(r || 1)), gamma };
            const input = inputOf(source, [1, 1, 1, 1, 1]);
            const own = Array.from(rule.weights(input)!, (weight) => scale * weight);
            const verdict = judge(inputOf(source, own));
            const named = [verdict.match?.rule.id, ...verdict.undecided].join();
            expect(named.includes(rule.id) || named.includes(rule.symbol)).toBe(true);
            expect(Math.abs(verdict.match!.scale)).toBeGreaterThan(0);
          },
        ),
        { numRuns: 30 },
      );
    },
  );
});

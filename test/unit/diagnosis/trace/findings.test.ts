import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findingRules } from "../../../../src/diagnosis/trace/findings/table.ts";
import { type Draw, diagnoseDraw, type Mutation, type Step } from "./drawnTrace.ts";

const optional = [
  "coef",
  "logits_grad",
  "mu_grad",
  "log_sigma_grad",
  "loss",
  "entropy",
  "log_prob",
  "value_grad",
];

const draws: fc.Arbitrary<Draw> = fc
  .record({
    seed: fc.nat(),
    gamma: fc.constantFrom(0.8, 0.9, 0.95, 0.97),
    actionCount: fc.constantFrom(0, 2, 3, 4),
    dimensions: fc.constantFrom(1, 2),
    hasCritic: fc.boolean(),
    truncates: fc.boolean(),
    episodesPerUpdate: fc.constantFrom(1, 1, 2),
    updates: fc.integer({ min: 5, max: 7 }),
    isFloat32: fc.boolean(),
    beta: fc.constantFrom(0.01, 0.05),
    without: fc.subarray(optional, { maxLength: 3 }),
  })
  .map((draw) => ({ ...draw, dimensions: draw.actionCount > 0 ? 0 : draw.dimensions }));

const categorical = (draw: Draw): Draw => ({ ...draw, actionCount: draw.actionCount || 3, dimensions: 0 });
const gaussian = (draw: Draw, dimensions = 1): Draw => ({ ...draw, actionCount: 0, dimensions });
const single = (draw: Draw): Draw => ({ ...draw, episodesPerUpdate: 1 });
const plain = (draw: Draw): Draw => ({ ...draw, hasCritic: false, truncates: false });
const keeping =
  (...names: string[]) =>
  (draw: Draw): Draw => ({ ...draw, without: draw.without.filter((name) => !names.includes(name)) });
/** Something must hold the weights. */
const weighted = keeping("coef");
const scored = keeping("log_prob");

interface Row {
  /** Makes a draw one in which the mistake can be seen. */
  readonly on: (draw: Draw) => Draw;
  readonly mutation: Mutation;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** One mutation for each mistake: adding a finding is one row in the table and one here. */
const rows: Readonly<Record<string, Row>> = {
  wrong_sign: { on: weighted, mutation: { weights: (weights) => weights.map((weight) => -weight) } },
  missing_gamma_t: { on: weighted, mutation: { power: 0 } },
  gamma_t_twice: { on: weighted, mutation: { power: 2 } },
  mean_instead_of_sum: {
    on: (draw) => weighted(single(draw)),
    mutation: { weights: (weights) => weights.map((weight) => weight / weights.length) },
  },
  forward_returns: {
    on: (draw) => weighted({ ...draw, truncates: false }),
    mutation: {
      returns: (episodes, gamma) =>
        episodes.flatMap((steps) => {
          let running = 0;
          return steps.map(({ reward }) => {
            running = reward + gamma * running;
            return running;
          });
        }),
    },
  },
  rewards_off_by_one: { on: weighted, mutation: { rewards: (own) => [0, ...own.slice(0, -1)] } },
  rewards_only: {
    on: (draw) => weighted(plain(draw)),
    mutation: { returns: (episodes) => episodes.flat().map(({ reward }) => reward) },
  },
  return_leaks_across_episodes: {
    on: (draw) => weighted(plain({ ...draw, episodesPerUpdate: 3 })),
    mutation: {
      returns: (episodes, gamma) => {
        let following = 0;
        return episodes
          .flat()
          .reverse()
          .map(({ reward }) => {
            following = reward + gamma * following;
            return following;
          })
          .reverse();
      },
    },
  },
  mean_log_prob_times_sum: {
    on: (draw) => weighted(plain(single(draw))),
    mutation: { weights: (weights) => weights.map(() => sum(weights) / weights.length) },
  },
  outer_product_broadcast: {
    on: (draw) => weighted(plain(draw)),
    mutation: { weights: (weights) => weights.map(() => sum(weights)) },
  },
  undiscounted_returns: {
    on: (draw) => weighted(plain(draw)),
    mutation: {
      returns: (episodes) =>
        episodes.flatMap((steps) => steps.map((_, t) => sum(steps.slice(t).map(({ reward }) => reward)))),
    },
  },
  episode_return_weights: {
    on: (draw) => weighted(plain(single(draw))),
    mutation: { returns: (_, __, right) => right.map(() => right[0]!) },
  },
  mean_baseline: {
    on: (draw) => weighted(plain(single(draw))),
    mutation: { returns: (_, __, right) => right.map((value) => value - sum(right) / right.length) },
  },
  normalised_per_episode: {
    on: (draw) => weighted(plain(single(draw))),
    mutation: { returns: (_, __, right) => normalised(right) },
  },
  scaled_weights: {
    on: (draw) => weighted(plain(draw)),
    mutation: { weights: (weights) => weights.map((weight) => 0.37 * weight) },
  },
  probability_instead_of_log: {
    on: (draw) => weighted(scored(draw)),
    mutation: {
      weights: (weights, steps) => weights.map((weight, t) => weight * Math.exp(steps[t]!.logProb)),
    },
  },
  argmax_log_prob: {
    on: (draw) => weighted(scored(draw)),
    mutation: { logProb: ({ likeliest }) => likeliest },
  },
  acting_greedily: {
    on: (draw) => scored(categorical(weighted({ ...draw, updates: 7 }))),
    mutation: { action: ({ logits }) => logits.indexOf(Math.max(...logits)) },
  },
  dimensions_not_summed: {
    on: (draw) => scored(gaussian(weighted(draw), 2)),
    mutation: { logProb: ({ logProb }) => logProb / 2 },
  },
  sigma_confusion: {
    on: (draw) => scored(gaussian(weighted(draw))),
    mutation: { logProb: (step) => densityWith(step, 2) },
  },
  entropy_sign: {
    on: (draw) => keeping("entropy_coef")(weighted(draw)),
    mutation: { entropySign: -1 },
  },
  wrong_entropy: {
    on: (draw) => keeping("entropy")(weighted(draw)),
    mutation: { entropy: ({ entropy }) => entropy / Math.LN2 },
  },
  sampled_entropy: {
    on: (draw) => keeping("entropy", "log_prob")(weighted(draw)),
    mutation: { entropy: ({ logProb }) => -logProb },
  },
  undetached_advantage: {
    on: (draw) => keeping("value_grad", "log_prob")(weighted({ ...draw, hasCritic: true })),
    mutation: { leaks: true },
  },
  undetached_target: {
    on: (draw) => keeping("value_grad", "log_prob")(weighted({ ...draw, hasCritic: true })),
    mutation: { returns: oneStepTargets, pullsTarget: true },
  },
  bootstrap_from_reset: {
    on: (draw) => weighted({ ...draw, hasCritic: true, truncates: true, episodesPerUpdate: 3 }),
    mutation: {
      returns: (episodes, gamma) =>
        episodes.flatMap((steps, n) =>
          discountedFrom(episodes[n + 1]?.[0]?.value ?? steps.at(-1)!.final, steps, gamma),
        ),
    },
  },
  zero_loss_nonzero_gradient: {
    on: (draw) =>
      keeping("coef", "loss", "log_prob")(categorical(plain({ ...draw, episodesPerUpdate: 3, beta: 0 }))),
    mutation: { logits: (logits) => logits.map(() => 0), weights: normalised },
  },
  truncation_as_termination: {
    on: (draw) => weighted({ ...draw, hasCritic: true, truncates: true }),
    mutation: { ignoresFinalValue: true },
  },
};

/** G of one episode whose last step is followed by a value. */
function discountedFrom(final: number, steps: readonly Step[], gamma: number): number[] {
  let following = final;
  return [...steps]
    .reverse()
    .map(({ reward }) => {
      following = reward + gamma * following;
      return following;
    })
    .reverse();
}

/** r + γV(s'), as where the actor-critic of one step is trained on whole episodes; a final value where there is one. */
function oneStepTargets(
  episodes: readonly (readonly Step[])[],
  gamma: number,
  right: readonly number[],
): number[] {
  let at = 0;
  return episodes.flatMap((steps) =>
    steps.map(({ reward }, t) => {
      const whole = right[at++]!;
      return t + 1 < steps.length ? reward + gamma * steps[t + 1]!.value : whole;
    }),
  );
}

function normalised(values: readonly number[]): readonly number[] {
  return normalisedBy(values, 1, 0);
}

function normalisedBy(values: readonly number[], ddof: number, epsilon: number): readonly number[] {
  const mean = sum(values) / values.length;
  const deviation = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - ddof));
  return values.map((value) => (value - mean) / (deviation + epsilon));
}

function densityWith(step: Step, power: number): number {
  return step.mu.reduce((total, m, d) => {
    const log = power * step.logSigma[d]!;
    const epsilon = ((step.action as readonly number[])[d]! - m) / Math.exp(log);
    return total - epsilon ** 2 / 2 - log - Math.log(2 * Math.PI) / 2;
  }, 0);
}

const ids = (draw: Draw, mutation?: Mutation) => diagnoseDraw(draw, mutation).findings.map(({ id }) => id);

describe("a right trace", () => {
  test("has no finding, whatever is drawn and whatever is left out", () => {
    fc.assert(
      fc.property(draws, (draw) => {
        expect(ids(draw)).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  test("is said to be the book's rule, with κ = 1", () => {
    fc.assert(
      fc.property(draws.map(weighted), (draw) => {
        const expected = draw.hasCritic ? /^c = 1\.000·γᵗ\(G − V\), residual/ : /^c = 1\.000·γᵗG, residual/;
        expect(diagnoseDraw(draw).verdict).toMatch(expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a mistake is named, and nothing else is", () => {
  test.for(Object.entries(rows))("%s", ([id, { on, mutation }]) => {
    fc.assert(
      fc.property(draws.map(on), (draw) => {
        expect(ids(draw, mutation)).toEqual([id]);
      }),
      { numRuns: 12 },
    );
  });
});

describe("a variant that is meant", () => {
  const ofOneEpisode = draws.map((draw) => weighted(plain(single(draw))));

  test("normalisation by n or n − 1 with any ε is no constant factor", () => {
    fc.assert(
      fc.property(
        ofOneEpisode,
        fc.constantFrom(0, 1),
        fc.constantFrom(0, 1e-8, 1e-5, 1e-3),
        (draw, ddof, epsilon) => {
          const found = ids(draw, { returns: (_, __, right) => normalisedBy(right, ddof, epsilon) });
          expect(found).toEqual(["normalised_per_episode"]);
        },
      ),
      { numRuns: 15 },
    );
  });

  test("a baseline that changes from update to update is found, whatever it is", () => {
    fc.assert(
      fc.property(ofOneEpisode, (draw) => {
        const shifted: Mutation = {
          returns: ([steps], _, right) => right.map((value) => value - 1 - steps![0]!.value),
        };
        const { findings, verdict } = diagnoseDraw(draw, shifted);
        expect(findings).toEqual([]);
        expect(verdict).toMatch(/^c = 1\.000·γᵗ\(G − b\), residual/);
      }),
      { numRuns: 15 },
    );
  });

  test("γ that is not recorded is found among the usual ones, and said to be assumed", () => {
    fc.assert(
      fc.property(draws.map(weighted), (draw) => {
        const { findings, undecided } = diagnoseDraw({ ...draw, without: [...draw.without, "gamma"] });
        expect(findings).toEqual([]);
        const { reason } = undecided.find(({ id }) => id === "gamma")!;
        expect(reason).toContain(`those of γ = ${draw.gamma},`);
      }),
      { numRuns: 15 },
    );
  });
});

test("γ = 1 is said to hide γᵗ, and T = 1 names no formula", () => {
  fc.assert(
    fc.property(draws.map(weighted), (draw) => {
      const { findings, undecided, verdict, rules } = diagnoseDraw({ ...draw, gamma: 1 });
      expect(findings).toEqual([]);
      expect([verdict, ...rules.map(({ words }) => words)].join()).not.toContain("γ");
      expect(undecided.map(({ id }) => id)).toContain("missing_gamma_t");
    }),
    { numRuns: 20 },
  );
});

test("every finding says why it matters, what to write instead and where it is explained", () => {
  for (const { id, title, why, fix, reference } of findingRules) {
    expect(id).toMatch(/^[a-z_]+$/);
    for (const words of [title, why, fix, reference]) expect(words.length).toBeGreaterThan(8);
  }
});

describe("from the values of the loss alone", () => {
  const gradients = ["coef", "logits_grad", "mu_grad", "log_sigma_grad", "value_grad"];
  const lossOnly = (draw: Draw): Draw => ({
    ...plain(draw),
    updates: 7,
    isFloat32: false,
    without: gradients,
  });

  test("a right trace has no finding and is said to be the book's rule", () => {
    fc.assert(
      fc.property(draws.map(lossOnly), (draw) => {
        const { findings, verdict } = diagnoseDraw(draw);
        expect(findings).toEqual([]);
        expect(verdict).toMatch(/^c = 1\.000·γᵗG, residual .* from the losses alone$/);
      }),
      { numRuns: 10 },
    );
  });

  test("a loss without its minus sign is named", () => {
    fc.assert(
      fc.property(draws.map(lossOnly), (draw) => {
        expect(ids(draw, rows.wrong_sign!.mutation)).toEqual(["wrong_sign"]);
      }),
      { numRuns: 10 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { algorithms } from "../../../../src/algorithms/registry.ts";
import { candidateRules } from "../../../../src/diagnosis/candidates.ts";
import {
  type ProofProblem,
  randomVector,
  smallBatch,
  smallProblem,
} from "../../../../src/engine/proof/problem.ts";
import { type ProveOptions, proveLoss } from "../../../../src/engine/proof/prove.ts";
import { proveOnSmallProblem } from "../../../../src/engine/proof/request.ts";
import { statedRule } from "../../../../src/engine/proof/statedRule.ts";
import { architectureOf } from "../../../../src/policies/architecture.ts";
import type { ProofView } from "../../../../src/protocol/proofViews.ts";
import { createGenerator } from "../../../../src/rl/randomGenerator.ts";

async function proof(text: string, options: ProveOptions = {}, problem?: ProofProblem): Promise<ProofView> {
  const result = problem
    ? await proveLoss(problem, text, "a test", options)
    : await proveOnSmallProblem(text, options);
  if (!result.ok) throw new Error(`${text}: ${result.diagnostics[0]?.message}`);
  return result;
}

/** Policies of many shapes with the heads that a loss names, on random batches. */
function problemsFor(text: string): fc.Arbitrary<ProofProblem> {
  return fc
    .record({
      seed: fc.integer({ min: 1, max: 2 ** 31 }),
      hidden: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
      activation: fc.constantFrom("relu" as const, "tanh" as const),
      bias: fc.boolean(),
      actionCount: fc.integer({ min: 2, max: 5 }),
      value: fc.constantFrom({ trunk: "shared" } as const, { trunk: "own", hidden: [4] } as const),
      size: fc.constantFrom(0.1, 1, 3),
      gamma: fc.constantFrom(0, 0.5, 0.99, 1),
    })
    .map(({ seed, size, gamma, value, ...shape }): ProofProblem => {
      const { batch, ...small } = smallProblem(seed, text);
      const hasValue = small.specification.value !== undefined;
      const specification = { ...small.specification, ...shape, ...(hasValue && { value }) };
      const generator = createGenerator(seed, "policy of a property");
      const theta = randomVector(architectureOf(specification).parameterCount, generator, size);
      const { rows, recorded } = batch;
      const part = { ...(rows && { rows }), ...(recorded && { recorded }) };
      return {
        ...small,
        specification,
        theta,
        gamma,
        batch: { ...smallBatch(specification, generator), ...part },
      };
    });
}

describe("every algorithm that is shipped", () => {
  test.each(algorithms.map(({ id, loss }) => [id, loss] as const))(
    "%s passes on random policies and batches",
    async (_, loss) => {
      await fc.assert(
        fc.asyncProperty(problemsFor(loss), async (problem) => {
          const { status, sentence } = await proof(
            loss,
            { effort: { directions: 3, coordinates: 12 } },
            problem,
          );
          expect(status, sentence).not.toBe("failed");
        }),
        { numRuns: 40, seed: 5, endOnFailure: true },
      );
    },
  );
});

describe("a stated rule", () => {
  const weights: Readonly<Record<string, string>> = {
    reinforce: "gamma**t * G",
    missing_gamma_t: "G",
    gamma_t_twice: "gamma**(2*t) * G",
    normalised_per_episode: "normalize(G, 0)",
    rewards_only: "r",
    probability_instead_of_log: "gamma**t * G * exp(log_pi).detach()",
  };
  const lossOf = (weight: string) => `G = discounted_returns(r, gamma)\n-(${weight} * log_pi).sum()`;

  test.each(Object.entries(weights))("%s is proved of its own loss and of no other", async (id, weight) => {
    const rule = statedRule(id);
    const own = await proof(lossOf(weight), { rule });
    expect(own.status, own.sentence).toBe("passed");
    expect(own.sentence).toContain(candidateRules.find((known) => known.id === id)!.title);
    for (const [other, text] of Object.entries(weights)) {
      if (other === id) continue;
      const { status, checks } = await proof(lossOf(text), { rule });
      expect(status, other).toBe("failed");
      expect(checks.filter((check) => check.status === "failed").map((check) => check.id)).toEqual(["rule"]);
    }
  });

  test("a missing γᵗ is shown on the one step at which it can be seen", async () => {
    const { counterExample } = await proof(lossOf("G"), { rule: statedRule("reinforce") });
    const { steps, scalars, data, numbers } = counterExample!;
    expect(steps).toBe(1);
    expect(scalars.gamma).toBe(0.5);
    expect(data.r).toEqual([1]);
    expect(data.t![0]).toBeGreaterThan(0);
    expect(numbers["c of the loss"]).toEqual([1]);
    expect(numbers["c of the rule"]).toEqual([0.5 ** (data.t![0] as number)]);
  });

  test("a wrong sign, a mean and an entropy bonus are no REINFORCE", async () => {
    const rule = statedRule("reinforce");
    for (const text of [
      "(gamma**t * discounted_returns(r, gamma) * log_pi).sum()",
      "-(gamma**t * discounted_returns(r, gamma) * log_pi).mean()",
      "-(gamma**t * discounted_returns(r, gamma) * log_pi).sum() - 1e-4 * entropy.sum()",
    ])
      expect((await proof(text, { rule })).status, text).toBe("failed");
  });

  test("cross-entropy with the action taken as label is REINFORCE", async () => {
    const text = "(gamma**t * discounted_returns(r, gamma) * cross_entropy(logits, a)).sum()";
    expect((await proof(text, { rule: statedRule("reinforce") })).status).toBe("passed");
  });

  test.each([
    "theta += alpha * gamma^t * G * grad(log_pi)",
    "θ ← θ + α γ^t G ∇ln π(A|S,θ)",
    "theta -= alpha * grad((gamma^t * G * -log_pi).sum())",
  ])("%s is proved of the loss that it is, and of no other", async (text) => {
    const rule = statedRule(text);
    const own = await proof(lossOf("gamma**t * G"), { rule });
    expect(own.status, own.sentence).toBe("passed");
    const other = await proof(lossOf("G"), { rule });
    expect(other.checks.find(({ id }) => id === "rule")!.status).toBe("failed");
    expect(other.counterExample!.steps).toBe(1);
  });

  test("with a second gradient is held against both", async () => {
    const rule = statedRule("theta += alpha * G * grad(log_pi) + alpha * 0.1 * grad(entropy)");
    const text = "G = discounted_returns(r, gamma)\n-(G * log_pi).sum() - 0.1 * entropy.sum()";
    expect((await proof(text, { rule })).status).toBe("passed");
    expect((await proof(text.replace("0.1", "0.2"), { rule })).status).toBe("failed");
  });

  /** PPO's rule is the descent on its loss, and A2C's names an advantage that the rule language does not define. */
  const withoutOwnRule = new Set(["ppo", "a2c"]);
  const records = algorithms.filter(({ id }) => !withoutOwnRule.has(id));

  test.each(records.map(({ id, loss, rule }) => [id, loss, rule] as const))(
    "of the algorithm %s is its loss",
    async (id, loss, rule) => {
      for (const stated of [rule, id]) {
        const { status, sentence } = await proof(loss, { rule: statedRule(stated) });
        expect(status, sentence).toBe("passed");
      }
    },
  );

  test.each([
    "theta += alpha * C * grad(log_pi)",
    "theta += alpha * G * grad(",
    "theta += alpha * Goo * grad(log_pi)",
  ])("%s is refused", (text) => {
    expect(() => statedRule(text)).toThrow(/rule/);
  });

  test("an unknown one is refused with the nearest name", () => {
    expect(() => statedRule("reinforse")).toThrow(
      expect.objectContaining({ line: expect.stringContaining("Did you mean reinforce?") }),
    );
  });
});

describe("kinks", () => {
  test("that lie at θ for every line leave a proof undecided, and are named", async () => {
    const { status, kinks } = await proof("abs(log_pi - log_pi_old).sum()");
    expect(status).toBe("undecided");
    expect(kinks[0]).toContain("abs(log_pi - log_pi_old) changes its formula at step");
  });

  test("of single parameters are left out openly, and the rest is proved", async () => {
    const problem = smallProblem(1);
    const observations = problem.batch.observations.slice();
    // The first unit's z is 0 at step 0: every line that moves it has a kink at θ.
    const theta = problem.theta.slice();
    theta[21] = -(theta[0]! * observations[0]! + theta[1]! * observations[1]! + theta[2]! * observations[2]!);
    const { status, kinks, checks } = await proof("-(r * log_pi).sum()", {}, { ...problem, theta });
    expect(status).toBe("undecided");
    expect(kinks[0]).toMatch(/random directions, .*relu unit 0 of layer 1 changes sides at step 0/);
    expect(checks.find(({ id }) => id === "differences")!.compared).toBeGreaterThan(30);
  });

  test("of a comparison with the heads are kept clear of", async () => {
    const { status, sentence } = await proof("where(log_pi > log_pi_old - 1e-5, log_pi, 3 * entropy).sum()");
    expect(status, sentence).toBe("passed");
  });

  test("a minimum whose sides are equal around θ is none", async () => {
    const clipped = `ratio = exp(log_pi - log_pi_old)
A = normalize(discounted_returns(r, gamma))
-minimum(ratio * A, clamp(ratio, 0.8, 1.2) * A).sum()`;
    const { status, kinks } = await proof(clipped);
    expect(status).toBe("passed");
    expect(kinks.join()).not.toContain("minimum");
  });
});

describe("detach", () => {
  test("is held, and what it removes is said", async () => {
    const { status, detached } = await proof("-(r * log_pi.detach() * log_pi).sum()");
    expect(status).toBe("passed");
    // Σ r x² moves twice as fast as Σ r [x] x.
    expect(detached).toMatch(/^log_pi.detach\(\): held; .* up to 50.0 %$/);
  });

  test("of data alone is not spoken of", async () => {
    expect((await proof("-(discounted_returns(r, gamma).detach() * log_pi).sum()")).detached).toBeNull();
  });
});

describe("a proof", () => {
  test("of a loss with an error gives its diagnostics", async () => {
    const result = await proveOnSmallProblem("-(r * log_pie).sum()");
    expect(result).toMatchObject({ ok: false, diagnostics: [{ code: "unknown-name" }] });
  });

  test("of floor division through the heads says that there is no derivative", async () => {
    const result = await proveOnSmallProblem("(log_pi // 2).sum()");
    expect(result).toMatchObject({ ok: false, diagnostics: [{ code: "no-derivative" }] });
  });

  test("of a loss that is no number here is undecided and names what is not", async () => {
    const { status, sentence } = await proof("log(log_pi).sum()");
    expect(status).toBe("undecided");
    expect(sentence).toContain("log(log_pi) is NaN at place 0");
  });

  test("of a loss without gradient passes with 0 on both sides", async () => {
    for (const text of ["t.sum()", "pi.sum()", "kl(logits, logits.detach()).sum()"]) {
      expect(await proof(text), text).toMatchObject({ status: "passed" });
    }
  });

  test("is the same for the same seed", async () => {
    const text = "-(r * log_pi).sum() + entropy.std()";
    const [one, again] = [await proof(text, { seed: 4 }), await proof(text, { seed: 4 })];
    expect({ ...one, milliseconds: 0 }).toEqual({ ...again, milliseconds: 0 });
    expect((await proof(text, { seed: 5 })).loss).not.toBe(one.loss);
  });

  test("stops taking differences at its limit and says so", async () => {
    const { checks } = await proof("-(r * log_pi).sum()", { limit: 0 });
    expect(checks.find(({ id }) => id === "differences")!.detail).toContain("stopped at the time limit");
  });
});

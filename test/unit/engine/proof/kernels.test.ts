import { describe, expect, test } from "vitest";
import { ownParts, type ProofParts } from "../../../../src/engine/proof/checks.ts";
import type { ProvedPolicy } from "../../../../src/engine/proof/lossFunction.ts";
import {
  type ProofProblem,
  randomVector,
  smallBatch,
  smallProblem,
} from "../../../../src/engine/proof/problem.ts";
import { proveLoss } from "../../../../src/engine/proof/prove.ts";
import { architectureOf } from "../../../../src/policies/architecture.ts";
import { KernelsBackend } from "../../../../src/policies/kernels.ts";
import type { PolicySpecification } from "../../../../src/policies/policy.ts";
import type { ProofCheckView, ProofView } from "../../../../src/protocol/proofViews.ts";
import { createGenerator } from "../../../../src/rl/randomGenerator.ts";

const loss = `G = discounted_returns(r, gamma)
-(gamma**t * G * log_pi).sum() - 0.1 * entropy.sum()`;

/** Both networks behind the kernels (`control` fits the fast one), a deeper one, and those without hidden layer or bias. */
const shapes: readonly (readonly [string, Partial<PolicySpecification>])[] = [
  ["two relu layers", {}],
  ["control", { hidden: [9], actionCount: 2 }],
  ["tanh", { hidden: [6, 5, 4], activation: "tanh" }],
  ["linear", { hidden: [] }],
  ["no bias", { hidden: [6], bias: false }],
  ["a shared V", { value: { trunk: "shared" } }],
  ["a value network", { hidden: [6], value: { trunk: "own", hidden: [5, 4] } }],
  ["μ and σ of a network", { actionCount: 2, gaussian: { sigma: "network", by: "exp" } }],
  [
    "softplus deviations",
    { actionCount: 1, gaussian: { sigma: "network", by: "softplus" }, value: { trunk: "own", hidden: [] } },
  ],
  [
    "free deviations",
    { actionCount: 2, gaussian: { sigma: "parameter", by: "exp" }, value: { trunk: "own", hidden: [4] } },
  ],
  [
    "free deviations and a shared V",
    { actionCount: 2, gaussian: { sigma: "parameter", by: "exp" }, value: { trunk: "shared" } },
  ],
];

/** A loss that names every head of a policy. */
function lossFor({ gaussian, value }: PolicySpecification): string {
  const action = gaussian
    ? "(mu ** 2).sum() + 0.3 * (sigma ** 3).sum()"
    : "0.05 * (logits ** 2).sum() - pi[:, 0].sum()";
  const policy = `${loss} + ${action}`;
  return value ? `${policy} + ((V - G) ** 2).sum() + (V * V_next).sum()` : policy;
}

function problemOf(change: Partial<PolicySpecification>, seed = 3): ProofProblem {
  const small = smallProblem(seed);
  const specification = { ...small.specification, ...change };
  const generator = createGenerator(seed, "policy under proof");
  const theta = randomVector(architectureOf(specification).parameterCount, generator, 0.7);
  return { ...small, specification, theta, batch: smallBatch(specification, generator) };
}

type Wrapped = (policy: KernelsBackend, specification: PolicySpecification) => ProvedPolicy;

/** Kernels with something wrong, by name, and the checks that must see it. */
const mistakes: readonly (readonly [string, readonly ProofCheckView["id"][], Wrapped])[] = [
  [
    "one partial derivative is a millionth off",
    ["direct", "differences"],
    backward((g) => {
      g[0]! *= 1 + 1e-6;
    }),
  ],
  [
    "the last bias gets no gradient",
    ["direct", "differences"],
    backward((g) => {
      g[g.length - 1] = 0;
    }),
  ],
  [
    "two rows of a weight matrix change places",
    ["direct", "differences"],
    backward((g) => {
      [g[0], g[g.length - 1]] = [g[g.length - 1]!, g[0]!];
    }),
  ],
  ["the first step is left out of the gradient", ["direct", "differences"], firstStepMissing],
  ["logits are a millionth too large", ["heads", "direct", "directDifferences"], forwardScaled(1 + 1e-6)],
];

function backward(spoil: (gradient: Float64Array) => void): Wrapped {
  return (policy) => ({
    setTheta: (theta) => policy.setTheta(theta),
    forward: (...shown) => policy.forward(...shown),
    backward: (outputsGradient, rows) => {
      const { gradient, stepNorms } = policy.backward(outputsGradient, rows);
      const spoilt = gradient.slice();
      spoil(spoilt);
      return { gradient: spoilt, stepNorms };
    },
  });
}

function firstStepMissing(policy: KernelsBackend): ProvedPolicy {
  return {
    setTheta: (theta) => policy.setTheta(theta),
    forward: (...shown) => policy.forward(...shown),
    backward: (outputsGradient, rows) =>
      policy.backward(outputsGradient.slice().fill(0, 0, outputsGradient.length / rows), rows),
  };
}

/** θ of the output layer scaled on the way in: the kernels then compute another policy, and its right gradient. */
function forwardScaled(factor: number): Wrapped {
  return (policy, specification) => ({
    setTheta: (theta) => {
      const { weights } = architectureOf(specification).policy.layers.at(-1)!;
      policy.setTheta(theta.map((value, i) => (i >= weights ? value * factor : value)));
    },
    forward: (...shown) => policy.forward(...shown),
    backward: (outputsGradient, rows) => policy.backward(outputsGradient, rows),
  });
}

async function proof(problem: ProofProblem, parts: ProofParts = ownParts): Promise<ProofView> {
  const result = await proveLoss(problem, lossFor(problem.specification), "a test", {
    effort: { directions: 4, coordinates: 200 },
    parts,
  });
  if (!result.ok) throw new Error(result.diagnostics[0]?.message);
  return result;
}

describe.each(shapes)("a policy with %s", (_, change) => {
  const problem = problemOf(change);

  test("passes, every parameter compared", async () => {
    const { status, sentence, checks } = await proof(problem);
    expect(status, sentence).toBe("passed");
    const [heads, direct, differences] = checks as [ProofCheckView, ProofCheckView, ProofCheckView];
    expect(heads.worst).toBeLessThan(1e-14);
    expect(direct.worst).toBeLessThan(1e-13);
    expect(differences.worst).toBeLessThan(1e-8);
    expect(differences.compared).toBeGreaterThan(0.8 * problem.theta.length);
  });

  test.each(mistakes)("fails where %s", async (_name, seenBy, wrap) => {
    const makePolicy = (specification: PolicySpecification) =>
      wrap(new KernelsBackend(specification), specification);
    const { status, checks, counterExample } = await proof(problem, { ...ownParts, makePolicy });
    expect(status).toBe("failed");
    const failed = checks.filter((check) => check.status === "failed").map(({ id }) => id);
    expect(failed).toEqual(expect.arrayContaining([...seenBy]));
    expect(counterExample!.steps).toBe(1);
  });
});

import type { ProofCheckView, ProofView } from "../../../src/protocol/proofViews.ts";

function check(id: ProofCheckView["id"], title: string, worst: number, passed = true): ProofCheckView {
  return {
    id,
    title,
    status: passed ? "passed" : "failed",
    worst,
    tolerance: 1e-8,
    where: "W1[3,2]",
    compared: 72,
    detail: "8 random directions, 64 coordinates",
  };
}

/** A proof as the page draws it: failed for a text that speaks of a wrong rule, else passed; it knows one rule by name. */
export function fakeProof(text: string, rule?: string): ProofView {
  if (rule !== undefined && rule !== "reinforce")
    throw new Error(`"${rule}" is no update rule and no known one.`);
  const passed = !text.includes("wrong");
  return {
    ok: true,
    status: passed ? "passed" : "failed",
    sentence: passed
      ? "Passed: three ways to ∂L/∂θ agree; the worst relative error is 2.3e-10."
      : "Failed: autodiff and kernels ↔ central differences differ by 1.0e-3 at W1[3,2].",
    on: "update 3: 200 steps, 898 parameters",
    loss: 4608.5,
    gradientNorm: 3317.3,
    checks: [
      check("direct", "autodiff and kernels ↔ the rule, step by step", 1.2e-15),
      check("differences", "autodiff and kernels ↔ central differences", passed ? 2.3e-10 : 1e-3, passed),
      ...(rule === undefined ? [] : [check("rule", "autodiff ↔ REINFORCE (13.3), c = γᵗG", 0)]),
    ],
    kinks: ["steps stay on this side of the nearest kink: relu unit 16 of layer 1 changes sides at step 172"],
    detached: null,
    notCovered: ["Adam and any other optimiser"],
    counterExample: passed
      ? null
      : {
          sentence: "they differ by 1.0e-3 at W1[3,2]",
          steps: 1,
          numbers: { "∂L/∂log_pi by autodiff": [-1.001], "∂L/∂log_pi by differences": [-1] },
          scalars: { gamma: 0.5 },
          data: { r: [1], log_pi: [-0.5] },
        },
    seed: 1,
    milliseconds: 155,
  };
}

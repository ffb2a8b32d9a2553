import { describe, expect, test } from "vitest";
import { candidateRules } from "../../../../src/diagnosis/candidates.ts";
import { mathOf, mathOfLoss } from "../../../../src/loss/math/math.ts";
import type { MathView } from "../../../../src/protocol/views.ts";

/** A tree as a line: scripts with _ and ^, fractions with /. */
function flat({ tag, text, children = [] }: MathView): string {
  if (text !== undefined) return text;
  const parts = children.map(flat);
  if (tag === "msub" || tag === "munder") return `${parts[0]}_${parts[1]}`;
  if (tag === "msup") return `${parts[0]}^${parts[1]}`;
  if (tag === "mfrac") return `{${parts[0]}}/{${parts[1]}}`;
  return parts.join(" ");
}

describe("a rule is drawn as the book has it", () => {
  test.each([
    ["theta += alpha * gamma^t * G * grad(log_pi)", "θ ← θ + α Σ_t γ^t G_t ∇ ln π ( A_t | S_t , θ )"],
    ["theta += alpha * 1/T * G * grad(log_pi)", "θ ← θ + α Σ_t {1}/{T} G_t ∇ ln π ( A_t | S_t , θ )"],
    [
      "theta += alpha * (G - mean(G)) / T * grad(log_pi)",
      "θ ← θ + α Σ_t {G_t − G_t ¯}/{T} ∇ ln π ( A_t | S_t , θ )",
    ],
    ["w += alpha * delta * grad(V)", "w ← w + α Σ_t δ_t ∇ V ( S_t )"],
    ["delta = r + gamma * V_next - V", "δ_t = R_t+1 + γ V ( S_t+1 ) − V ( S_t )"],
    [
      "theta -= alpha * G * grad(log_pi) - alpha * 0.01 * grad(entropy)",
      "θ ← θ − α Σ_t G_t ∇ ln π ( A_t | S_t , θ ) + α Σ_t 0.01 ∇ H_t",
    ],
    ["theta -= alpha * grad(loss)", "θ ← θ − α ∇ L"],
    ["theta += 0", "θ ← θ + 0"],
  ])("%s", (rule, drawn) => {
    expect(mathOf(rule).map(flat)).toEqual([drawn]);
  });

  test.each(candidateRules.map(({ id, rule }) => [id, rule]))("the rule of %s can be drawn", (_, rule) => {
    expect(mathOf(`theta += alpha * ${rule} * grad(log_pi)`)).toHaveLength(1);
  });

  test("what cannot be read is not drawn", () => {
    expect(mathOf("theta += (")).toEqual([]);
  });
});

test("a loss is drawn statement by statement, without its detaches", () => {
  const drawn = mathOfLoss(
    "G = discounted_returns(r, gamma)\nloss = -(gamma**t * G.detach() * log_pi).sum()",
  ).map(flat);
  expect(drawn).toHaveLength(2);
  expect(drawn[1]).toBe("L = − Σ γ^t G_t ln π ( A_t | S_t , θ )");
});

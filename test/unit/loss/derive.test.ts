import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { algorithms } from "../../../src/algorithms/registry.ts";
import { deriveLoss, isRule } from "../../../src/loss/derive.ts";
import { explainLoss } from "../../../src/loss/explain.ts";

function derived(rule: string) {
  const derivation = deriveLoss(rule);
  if (!derivation.ok) throw new Error(`${rule}: ${derivation.diagnostics[0]?.message}`);
  return derivation;
}

function problem(rule: string) {
  const derivation = deriveLoss(rule);
  if (derivation.ok) throw new Error(`${rule} has a loss`);
  const [first] = derivation.diagnostics;
  return { ...first!, at: rule.slice(first!.start, first!.end) };
}

const REINFORCE = `G    = discounted_returns(r, gamma)
loss = -(gamma**t * G.detach() * log_pi).sum()
`;

describe("the rule of 13.3 has its loss in every spelling", () => {
  test.each([
    "θ ← θ + α γ^t G ∇ln π(A|S,θ)",
    "θ ← θ + αγᵗG∇ln π(A|S,θ)",
    "theta += alpha * gamma**t * G * grad(log_pi)",
    "theta = theta + alpha * gamma^t * G * grad(log_pi)",
    "theta -= -alpha * gamma**t * G * grad(log_pi)",
    "θ_{t+1} = θ_t + α γ^t G_t ∇ln π(A_t|S_t,θ_t)",
    "θₜ₊₁ ← θₜ + α γᵗ Gₜ ∇_θ log π_θ(aₜ|sₜ)",
    "θ ← θ + α Σ_t γ^t G_t ∇ln π(A_t|S_t,θ)",
    "theta += alpha * sum(gamma^t * returns * grad(log_prob))",
    "Δθ = α γ^t G ∇ln π(A|S,θ)",
    String.raw`\theta \leftarrow \theta + \alpha \gamma^t G \nabla_\theta \ln \pi(A_t|S_t,\theta)`,
    String.raw`\theta \leftarrow \theta + \alpha \gamma^t G \frac{\nabla \pi(A_t|S_t,\theta)}{\pi(A_t|S_t,\theta)}`,
    "θ ← θ + α γ^t G ∇π(A|S,θ)/π(A|S,θ)",
    String.raw`$\theta \leftarrow \theta + \alpha\gamma^tG\nabla_{\theta}ln\pi(A_t|S_t,\theta)$`,
    String.raw`$$\boldsymbol{\theta}_{t+1} \gets \boldsymbol{\theta}_t + \alpha \gamma^{t} G_t \nabla \ln \pi\left(A_t \mid S_t, \boldsymbol{\theta}\right)$$`,
  ])("%s", (rule) => {
    const { loss, rule: canonical } = derived(rule);
    expect(loss).toBe(REINFORCE);
    expect(canonical).toBe("theta += alpha * gamma^t * G * grad(log_pi)");
    expect(isRule(rule)).toBe(true);
  });
});

describe("other rules have their losses", () => {
  test.each([
    ["θ ← θ + α C ∇g(x|θ)", "loss = -(C.detach() * g).sum()\n"],
    ["theta -= alpha * grad(mse_loss(V, G_recorded))", "loss = mse_loss(V, G_recorded)\n"],
    ["θ ← θ − α ∇(V − G_recorded)²", "loss = ((V - G_recorded)**2).sum()\n"],
    [
      "θ ← θ + α Σ_t γ^t (G − b(S)) ∇ln π(A_t|S_t,θ) + α β ∇H(π(·|S))",
      "beta = 0.01\nG    = discounted_returns(r, gamma)\nloss = -(gamma**t * (G - V).detach() * log_pi).sum() - beta * entropy.sum()\n",
    ],
    [
      "δ ← R + γ v̂(S′,w) − v̂(S,w)\nw ← w + α_w δ ∇v̂(S,w)\nθ ← θ + α_θ γ^t δ ∇ln π(A|S,θ)",
      "delta  = r + gamma * V_next - V\nloss_w = -(delta.detach() * V).sum()\nloss   = loss_w - (gamma**t * delta.detach() * log_pi).sum()\n",
    ],
    [
      "θ ← θ + α (1/N) Σ_{i=1}^N Σ_{t=0}^{T-1} ∇_θ log π_θ(a_t|s_t) A_t",
      "loss = -(adv.detach() * log_pi).sum() / N\n",
    ],
    ["theta += alpha * mean(adv * grad(log_pi))", "loss = -(adv.detach() * log_pi).sum() / T\n"],
  ])("%s", (rule, loss) => {
    expect(derived(rule).loss).toBe(loss);
  });

  test("π that does not stand below its own gradient stays", () => {
    expect(derived("θ ← θ + α G ∇π(A|S,θ)").loss).toContain("(G.detach() * exp(log_pi)).sum()");
    expect(derived("θ ← θ + α G/π(A|S,θ) ∇ln π(A|S,θ)").loss).toContain("G.detach() / exp(log_pi).detach()");
  });

  test("a trace is unrolled, and its note says when that is exact", () => {
    const { loss, notes } = derived("z ← γλz + ∇v̂(S,w)\nw ← w + αδz");
    expect(loss).toContain("(discounted_returns(delta, gamma * lambda).detach() * V).sum()");
    expect(notes.find(({ id }) => id === "traces")?.text).toMatch(/offline/);
  });

  test("Silver's v_t is the return, and that is said", () => {
    const { loss, notes } = derived(
      String.raw`\Delta \theta_{t}=\alpha \nabla_{\theta} \log \pi_{\theta}\left(a_{t} \mid s_{t}\right) v_{t}`,
    );
    expect(loss).toContain("-(G.detach() * log_pi).sum()");
    expect(notes.find(({ id }) => id === "read-as")?.text).toBe("v_t as the return G.");
  });

  test("each vector keeps its own step size, which the notes put into parameter groups", () => {
    const { updates, notes } = derived(
      "w += alpha_w * delta * grad(V)\ntheta += alpha * delta * grad(log_pi)",
    );
    expect(updates).toEqual([
      { target: "w", step: "alpha_w" },
      { target: "theta", step: "alpha" },
    ]);
    expect(notes.find(({ id }) => id === "vectors")?.text).toMatch(
      /w with lr = alpha_w, theta with lr = alpha/,
    );
  });

  test("detach is said to matter where a weight is learned, and only there", () => {
    const reason = (rule: string) => derived(rule).notes.find(({ id }) => id === "detach")?.text;
    expect(reason("theta += alpha * (G - V) * grad(log_pi)")).toMatch(/G - V depends on what is learned/);
    expect(reason("theta += alpha * G * grad(log_pi)")).toMatch(/changes no number/);
  });
});

describe("what is no rule is refused where it is wrong", () => {
  test.each([
    ["theta = alpha * G * grad(log_pi)", "theta", /replaced, not changed/],
    ["theta += alpha * G * log_pi", "alpha * G * log_pi", /no gradient/],
    ["θ ← w + α G ∇ln π(A|S,θ)", "w", /begins from w/],
    ["θ ← θ + α ∇J(θ)", "J(θ)", /no J/],
    ["theta += alpha * Goo * grad(log_pi)", "Goo", /no Goo/],
    ["theta += alpha * grad(log_pi) * grad(V)", "alpha * grad(log_pi) * grad(V)", /two gradients/],
    ["theta += alpha * exp(grad(log_pi))", "exp", /linear|sum of weights/],
    ["theta += alpha * G * grad(log_pi) - 0.1 * theta", "0.1 * theta", /itself is no gradient/],
    ["G = discounted_returns(r, gamma)", "G = discounted_returns(r, gamma)", /no line changes parameters/],
    ["θ ← θ + α (G", "(", /never closed/],
    ["", "", /no line/],
  ])("%s", (rule, at, message) => {
    const found = problem(rule);
    expect(found.at).toBe(at);
    expect(found.message).toMatch(message);
    expect(found.hint).toBeTruthy();
  });

  test("the fix of a missing gradient gives a rule", () => {
    const rule = "theta += alpha * G * log_pi";
    const [edit] = problem(rule).fixes![0]!.edits;
    expect(derived(rule.slice(0, edit!.start) + edit!.text + rule.slice(edit!.end)).loss).toContain(
      "G.detach()",
    );
  });

  test("no text of any kind throws", () => {
    const piece = fc.constantFrom(
      ..."θ ← + α γ ^ t G ∇ ln π ( A | S , θ ) Σ _ { } \\frac \\nabla += -= = grad log_pi V w ' z λ [ ] 0 1.5 \n # . ∂ δ E \\bar{r} \\left. \\right|_ ₜ ^w _{k=t} r_k ∞ d ".split(
        " ",
      ),
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(" ")),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(text, (rule) => {
        const derivation = deriveLoss(rule);
        if (derivation.ok) return;
        expect(derivation.diagnostics.length).toBeGreaterThan(0);
        for (const { start, end } of derivation.diagnostics) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(rule.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** Weights and gradients of which rules are made at random. */
const WEIGHTS = [
  "gamma^t",
  "G",
  "adv",
  "(G - V)",
  "(adv - adv.mean())",
  "0.5",
  "r",
  "(r + gamma * V_next - V)",
  "normalize(G)",
];
const summand = fc.record({
  sign: fc.constantFrom("+", "-"),
  weights: fc.array(fc.constantFrom(...WEIGHTS), { minLength: 1, maxLength: 3 }),
});

describe("a rule, its loss, and the rule of that loss", () => {
  test("explain(derive(R)) is R in canonical form", () => {
    const update = (target: string, heads: readonly string[]) =>
      fc.array(summand, { minLength: 1, maxLength: heads.length }).map((parts) =>
        parts
          .map(({ sign, weights }, index) => {
            const text = `alpha * ${weights.join(" * ")} * grad(${heads[index]})`;
            if (index === 0) return `${target} ${sign}= ${text}`;
            return ` ${sign} ${text}`;
          })
          .join(""),
      );
    const rule = fc.tuple(
      update("theta", ["log_pi", "entropy"]),
      fc.option(update("w", ["V"]), { nil: undefined }),
    );
    fc.assert(
      fc.property(rule, ([policy, value]) => {
        const { loss, rule: canonical } = derived([policy, value].filter(Boolean).join("\n"));
        const explained = explainLoss(loss);
        expect(explained.ok && explained.rule, loss).toBe(canonical);
      }),
      { numRuns: 400 },
    );
  });

  test.each(algorithms.map(({ id, loss }) => [id, loss]))(
    "the canonical rule of %s stays itself",
    (_, loss) => {
      const explained = explainLoss(loss);
      if (!explained.ok || !explained.complete) return;
      // A rule that names a part of its weight says the same without the name.
      const { rule } = derived(explained.rule);
      if (!explained.rule.includes(".detach()")) expect(rule).toBe(explained.rule);
      expect(derived(rule).rule).toBe(rule);
    },
  );
});

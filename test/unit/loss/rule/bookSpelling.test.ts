import { describe, expect, test } from "vitest";
import { deriveLoss } from "../../../../src/loss/derive.ts";

const tex = String.raw;

function derived(rule: string) {
  const derivation = deriveLoss(rule);
  if (!derivation.ok) throw new Error(derivation.diagnostics.map(({ message }) => message).join("; "));
  return derivation;
}

describe("a whole box is read, with what stands around its updates", () => {
  test("Monte-Carlo, its return written out as a sum", () => {
    const { rule, loss } = derived(`REINFORCE, Monte Carlo (episodic)
Input: a policy π(a|s,θ) that can be differentiated
Algorithm parameter: step size α > 0
Initialize θ
Loop forever (one episode each):
  Generate an episode S0, A0, R1, …, following π(·|·,θ)
  Loop over its steps t = 0, 1, …, T − 1:
    G ← Σ_{k=t+1}^T γ^{k−t−1} R_k        (Gt)
    θ ← θ + αγ^t G∇ln π(At|St,θ)`);
    expect(rule).toBe("theta += alpha * gamma^t * G * grad(log_pi)");
    expect(loss).toContain("discounted_returns(r, gamma)");
  });

  test("with baseline", () => {
    const { rule } = derived(`Loop over the steps:
G ← Σ_{k=t+1}^{T} γ^{k−t−1} R_k (G_t)
δ ← G − v̂(St,w)
w ← w + α^w δ∇v̂(St,w)
θ ← θ + α^θ γ^t δ∇ln π(At|St,θ)`);
    expect(rule).toBe(
      "delta = G - V\nw += alpha_w * delta * grad(V)\ntheta += alpha_theta * gamma^t * delta * grad(log_pi)",
    );
  });

  test("one step at a time, with the terminal state in a remark", () => {
    const { loss, updates } = derived(`One-step actor–critic (episodic)
I ← 1
Loop while S is not terminal:
  A ∼ π(·|S,θ)
  Take action A, observe S′, R
  δ ← R + γ v̂(S′,w) − v̂(S,w)     (if S′ is terminal, v̂(S′,w) ≐ 0)
  w ← w + α^w δ∇v̂(S,w)
  θ ← θ + α^θ I δ∇ln π(A|S,θ)
  I ← γI
  S ← S′`);
    expect(loss).toContain("delta  = r + gamma * V_next - V");
    expect(loss).toContain("(I * delta.detach() * log_pi).sum()");
    expect(updates.map(({ step }) => step)).toEqual(["alpha_w", "alpha_theta"]);
  });

  test("with eligibility traces", () => {
    const { loss } = derived(tex`Parameters: λ^θ ∈ [0, 1], λ^w ∈ [0, 1]; α^θ > 0, α^w > 0
z^{\boldsymbol\theta} ← 0 (d′-component vector)
z^{\mathbf w} ← 0 (d-component vector)
δ ← R + γ v̂(S′,w) − v̂(S,w)
z^{\mathbf w} ← γλ^w z^w + ∇v̂(S,w)
z^{\boldsymbol\theta} ← γλ^θ z^θ + I∇ln π(A|S,θ)
w ← w + α^w δz^w
θ ← θ + α^θ δz^θ`);
    expect(loss).toContain("(I * discounted_returns(delta, gamma * lambda).detach() * log_pi).sum()");
  });
});

describe("spellings of books, papers and code", () => {
  const score = "grad(log_pi)";
  test.each([
    ["θ ← θ + αC∇g", "theta += alpha * C * grad(g)"],
    ["θ ← θ + α γ^t G ∇ln(π(A|S,θ))", `theta += alpha * gamma^t * G * ${score}`],
    [
      tex`\theta_{t+1} \doteq \theta_t + \alpha G_t \frac{\nabla \pi(A_t|S_t,\theta_t)}{\pi(A_t|S_t,\theta_t)}`,
      `theta += alpha * G * ${score}`,
    ],
    [
      tex`\theta \leftarrow \theta + \alpha \frac{\partial \ln \pi(a|s,\theta)}{\partial \theta} (r - \bar{r})`,
      `theta += alpha * (r - r.mean()) * ${score}`,
    ],
    ["θ ← θ + α ∂ln π(a|s)/∂θ · A(s,a)", `theta += alpha * adv * ${score}`],
    ["θ ← θ + α G ∂/∂θ ln π(a|s)", `theta += alpha * G * ${score}`],
    ["theta := theta + alpha * G_t * d log pi(a|s)/d theta", `theta += alpha * G * ${score}`],
    ["θ ← θ + α E[G ∇ln π]", `theta += alpha * G / T * ${score}`],
    [
      tex`\nabla_\theta J(\theta) = \mathbb{E}_{\tau \sim \pi_\theta}\left[\sum_{t=0}^{T} \nabla_\theta \log \pi_\theta(a_t|s_t) R(\tau)\right]`,
      `theta += G / N * ${score}`,
    ],
    [
      tex`\hat{g} = \hat{\mathbb{E}}_t\left[\nabla_\theta \log \pi_\theta(a_t \mid s_t) \hat{A}_t\right]`,
      `theta += adv / T * ${score}`,
    ],
    [
      tex`\theta \gets \theta + \alpha \frac{1}{N}\sum_{i=1}^{N}\sum_{t=0}^{T} \nabla_\theta \log \pi_\theta(a_{i,t}|s_{i,t}) \hat{A}_{i,t}`,
      `theta += alpha * adv / N * ${score}`,
    ],
    [
      tex`\nabla_\theta J(\theta) \approx \frac{1}{N}\sum_{i=1}^N \sum_{t=1}^T \nabla_\theta \log \pi_\theta(a_{i,t}|s_{i,t}) \left(\sum_{t'=t}^T r(s_{i,t'},a_{i,t'})\right)`,
      `theta += discounted_returns(r, 1) / N * ${score}`,
    ],
    ["θ ← θ + α Σ_t ∇log π(a_t|s_t) (Σ_{k=t}^T γ^{k-t} r_k)", `theta += alpha * G * ${score}`],
    ["θ ← θ + α ∇log π(a|s) Σ_{k=0}^∞ γ^k r_{t+k}", `theta += alpha * G * ${score}`],
    ["θ ← θ + α ∇ log π (Σ_{l=0}^∞ (γλ)^l δ_{t+l})", `theta += alpha * adv * ${score}`],
    ["θ ← θ + α (Q(s,a) − V(s)) ∇_θ log π_θ(a|s)", `theta += alpha * (G - V) * ${score}`],
    [
      tex`\theta \leftarrow \theta + \alpha \left(Q^{\pi}(s,a) - V^{\pi}(s)\right) \nabla \log \pi(a|s)`,
      `theta += alpha * (G - V) * ${score}`,
    ],
    [
      tex`\Delta\theta = \alpha \left( r - b \right) \nabla_\theta \ln \pi_\theta(a|s)`,
      `theta += alpha * (r - V) * ${score}`,
    ],
    ["Δw_ij = α_ij (r − b_ij) e_ij", `w += alpha * (r - V) * ${score}`],
    ["params += lr * advantage * grad_log_prob", `params += lr * adv * ${score}`],
    ["theta += lr * grad(log_prob) * reward_to_go", `theta += lr * G * ${score}`],
    ["θ ← θ − η ∇_θ (−log π_θ(a|s) Â)", "theta -= eta * grad(-log_pi * adv)"],
    [
      tex`\theta_{k+1} = \theta_k + \alpha G \left. \nabla_{\theta} \ln \pi_\theta(a|s) \right|_{\theta_k}`,
      `theta += alpha * G * ${score}`,
    ],
  ])("%s", (rule, plain) => {
    expect(derived(rule).rule.split("\n").at(-1)).toBe(plain);
  });

  test("what a name was read as, and what an expectation becomes, is said", () => {
    const notes = (rule: string) => new Map(derived(rule).notes.map(({ id, text }) => [id, text]));
    expect(notes("θ ← θ + α (Q(s,a) − b) ∇ln π").get("read-as")).toBe("Q as the return G, b as V.");
    expect(notes("θ ← θ + α E[G ∇ln π]").get("expectation")).toMatch(/average/);
    expect(notes("θ ← θ + α G ∇π(A|S)/π(A|S)").get("score")).toMatch(/chain rule/);
  });

  test("a number that is stated under a book's name is kept", () => {
    const rule = "lambda_w = 0.9\nz_w = gamma * lambda_w * z_w + grad(V)\nw += alpha_w * delta * z_w";
    expect(derived(rule).loss).toMatch(/^lambda = 0\.9\n/);
  });

  test("a vector that shrinks is no gradient", () => {
    const derivation = deriveLoss("θ ← (1 − αλ)θ + α G ∇ln π");
    expect(!derivation.ok && derivation.diagnostics[0]).toMatchObject({ code: "decay" });
  });
});

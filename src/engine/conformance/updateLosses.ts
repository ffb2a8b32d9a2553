/** A loss of updates.json as text: whole, and what it sums over the steps. */
export interface UpdateLoss {
  readonly text: string;
  readonly perStep: string;
}

const gammaT = "G = discounted_returns(r, gamma)\nterm = -(gamma**t * G.detach() * log_pi)";
const normalised = `G = discounted_returns(r, gamma)
w = (G - G.mean()) / (G.std() + 1.1920928955078125e-07)
term = -(w.detach() * log_pi)`;
const clipped = `ratio = (log_pi - log_pi_old).exp()
term = -torch.min(ratio * adv, torch.clamp(ratio, 0.8, 1.2) * adv)`;
const plain = "G = discounted_returns(r, gamma)\nterm = -(G.detach() * log_pi)";

const summed = (steps: string): UpdateLoss => ({ text: `${steps}\nterm.sum()`, perStep: `${steps}\nterm` });
const averaged = (steps: string): UpdateLoss => ({
  text: `${steps}\nterm.mean()`,
  perStep: `${steps}\nterm / T`,
});

const baseline = `G = discounted_returns(r, gamma)
term = -((G - V).detach() * log_pi)
fit = 0.5 * (G - V)**2`;
const actorCritic = `delta = (r + gamma * V_next - V).detach()
term = -(gamma**t * delta * log_pi) - delta * V`;

/** The losses by the file's names. */
export const updateLosses: Readonly<Record<string, UpdateLoss>> = {
  i_reinforce_gamma_t: summed(gammaT),
  ii_reinforce: summed(plain),
  iii_mean: averaged(plain),
  iv_entropy_bonus: {
    text: `${gammaT}\nbeta = 0.0001\nterm.sum() - beta * entropy.sum()`,
    perStep: `${gammaT}\nbeta = 0.0001\nterm - beta * entropy`,
  },
  v_normalised: summed(normalised),
  vii_cross_entropy: summed(
    "G = discounted_returns(r, gamma)\nterm = G.detach() * F.cross_entropy(logits, a, reduction='none')",
  ),
  vi_baseline: { text: `${baseline}\nterm.sum() + fit.mean()`, perStep: `${baseline}\nterm + fit / T` },
  viii_ppo_clip: averaged(clipped),
  ix_actor_critic: summed(actorCritic),
};

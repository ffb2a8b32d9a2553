import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The right scripts. */
export const scriptNames = ["reinforce", "examples_shape", "agent_class", "gaussian"] as const;

/** One mistake in one of the right scripts, and what mending it must give. */
export interface ScriptMistake {
  readonly finding: string;
  readonly script: (typeof scriptNames)[number];
  /** Text of the right script → what stands there in the wrong one. */
  readonly change: readonly (readonly [right: string, wrong: string])[];
  /** What stands in the mended script in place of the wrong text, where it is not the right one's. */
  readonly mended?: readonly string[];
}

/** Every finding that can be mended in a script, in several spellings. */
export const scriptMistakes: readonly ScriptMistake[] = [
  {
    finding: "wrong_sign",
    script: "reinforce",
    change: [["policy_loss = -(weights * log_probs).sum()", "policy_loss = (weights * log_probs).sum()"]],
  },
  {
    finding: "wrong_sign",
    script: "examples_shape",
    change: [["append(-args.gamma ** t * log_prob * R)", "append(args.gamma ** t * log_prob * R)"]],
  },
  {
    finding: "wrong_sign",
    script: "agent_class",
    change: [
      ["actor_loss = -(discounts", "actor_loss = (discounts"],
      ["loss = actor_loss + critic_loss", "loss = critic_loss + actor_loss"],
    ],
    mended: ["actor_loss = -(discounts", "loss = critic_loss + actor_loss"],
  },
  {
    finding: "wrong_sign",
    script: "gaussian",
    change: [["loss = loss - gamma**t", "loss = loss + gamma**t"]],
  },
  {
    finding: "wrong_sign",
    script: "gaussian",
    change: [["loss = loss - gamma**t", "loss += gamma**t"]],
    mended: ["loss += -gamma**t"],
  },
  {
    finding: "entropy_sign",
    script: "reinforce",
    change: [["policy_loss - beta * entropies.sum()", "policy_loss + beta * entropies.sum()"]],
  },
  {
    finding: "entropy_sign",
    script: "reinforce",
    change: [
      [
        "    loss = policy_loss - beta * entropies.sum()",
        "    entropy_loss = beta * entropies.sum()\n    loss = policy_loss + entropy_loss",
      ],
    ],
    mended: ["    entropy_loss = beta * entropies.sum()\n    loss = policy_loss - entropy_loss"],
  },
  {
    finding: "mean_instead_of_sum",
    script: "reinforce",
    change: [["-(weights * log_probs).sum()", "-(weights * log_probs).mean()"]],
  },
  {
    finding: "mean_instead_of_sum",
    script: "reinforce",
    change: [["-(weights * log_probs).sum()", "torch.mean(-weights * log_probs)"]],
    mended: ["torch.sum(-weights * log_probs)"],
  },
  {
    finding: "mean_instead_of_sum",
    script: "examples_shape",
    change: [["torch.cat(policy_loss).sum()", "torch.cat(policy_loss).mean()"]],
  },
  {
    finding: "missing_gamma_t",
    script: "examples_shape",
    change: [
      [
        "for t, (log_prob, R) in enumerate(zip(policy.saved_log_probs, returns)):",
        "for log_prob, R in zip(policy.saved_log_probs, returns):",
      ],
      ["append(-args.gamma ** t * log_prob * R)", "append(-log_prob * R)"],
    ],
  },
  {
    finding: "missing_gamma_t",
    script: "reinforce",
    change: [
      ["    weights = gamma ** torch.arange(len(returns)) * returns\n", ""],
      ["-(weights * log_probs).sum()", "-(returns * log_probs).sum()"],
    ],
    mended: [
      "",
      "-(gamma ** torch.arange(len(log_probs), device=log_probs.device) * returns * log_probs).sum()",
    ],
  },
  {
    finding: "undetached_advantage",
    script: "agent_class",
    change: [
      ["advantages = (returns - values).detach()", "advantages = returns - values"],
      ["log_probs * advantages)", "log_probs * advantages)"],
    ],
    mended: ["advantages = returns - values", "log_probs * advantages.detach())"],
  },
  {
    finding: "undetached_advantage",
    script: "agent_class",
    change: [["discounts * log_probs * advantages)", "discounts * log_probs * (returns - values))"]],
    mended: ["discounts * log_probs * (returns - values).detach())"],
  },
  {
    finding: "detached_log_prob",
    script: "reinforce",
    change: [["log_prob = dist.log_prob(action)", "log_prob = dist.log_prob(action).detach()"]],
  },
  {
    finding: "missing_zero_grad",
    script: "examples_shape",
    change: [["    optimizer.zero_grad()\n", ""]],
    mended: ["    optimizer.zero_grad()\n"],
  },
  { finding: "missing_zero_grad", script: "agent_class", change: [["    self.opt.zero_grad()\n", ""]] },
  {
    finding: "forward_returns",
    script: "reinforce",
    change: [
      ["in reversed(rewards):", "in rewards:"],
      ["returns.insert(0, G)", "returns.append(G)"],
    ],
  },
  {
    finding: "forward_returns",
    script: "examples_shape",
    change: [["returns.insert(0, R)", "returns.append(R)"]],
  },
  {
    finding: "truncation_as_termination",
    script: "agent_class",
    change: [["(1 - float(terminated))", "(1 - float(done))"]],
  },
  {
    finding: "truncation_as_termination",
    script: "agent_class",
    change: [
      ["final_value * (1 - float(terminated)) if done else 0.0", "final_value * (1 - done) if done else 0.0"],
    ],
    mended: ["final_value * (1 - terminated) if done else 0.0"],
  },
  {
    finding: "softmax_twice",
    script: "examples_shape",
    change: [["return self.affine2(x)", "return F.softmax(self.affine2(x), dim=1)"]],
  },
  {
    finding: "softmax_twice",
    script: "reinforce",
    change: [["logits = policy(torch.tensor(obs))", "logits = policy(torch.tensor(obs)).softmax(-1)"]],
  },
  {
    finding: "softmax_twice",
    script: "reinforce",
    change: [["nn.Linear(24, world.actions))", "nn.Linear(24, world.actions), nn.Softmax(dim=-1))"]],
  },
  {
    finding: "probability_instead_of_log",
    script: "reinforce",
    change: [["-(weights * log_probs).sum()", "-(weights * log_probs.exp()).sum()"]],
  },
  {
    finding: "mean_log_prob_times_sum",
    script: "reinforce",
    change: [["-(weights * log_probs).sum()", "-(log_probs.mean() * weights.sum())"]],
    mended: ["-((log_probs * weights).sum())"],
  },
  {
    finding: "dimensions_not_summed",
    script: "gaussian",
    change: [["dist.log_prob(action).sum(-1)", "dist.log_prob(action).mean(-1)"]],
  },
  {
    finding: "undetached_action",
    script: "gaussian",
    change: [["action = dist.sample()", "action = dist.rsample()"]],
  },
  {
    finding: "sampled_entropy",
    script: "reinforce",
    change: [["entropy = dist.entropy()", "entropy = -log_prob"]],
  },
  {
    finding: "entropy_without_gradient",
    script: "reinforce",
    change: [["entropy = dist.entropy()", "entropy = dist.entropy().detach()"]],
  },
];

const scripts = join(import.meta.dirname, "scripts");

/** A right script, with each [from, to] replaced once. Throws where a text is not there. */
export function scriptWith(name: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${name}.py does not hold ${from}`);
      return text.replace(from, () => to);
    },
    readFileSync(join(scripts, `${name}.py`), "utf8"),
  );
}

/** The script with its mistake, mended, and the line of its recorder (from 1). */
export function mistaken({ script, change, mended }: ScriptMistake): {
  wrong: string;
  right: string;
  line: number;
} {
  const wrong = scriptWith(script, change);
  const right = scriptWith(
    script,
    change.map(([own], at) => [own, mended?.[at] ?? own] as const),
  );
  const line = wrong.slice(0, wrong.indexOf("rec.update(")).split("\n").length;
  return { wrong, right, line };
}

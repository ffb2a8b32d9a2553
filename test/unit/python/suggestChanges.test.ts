import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withEdits } from "../../../src/python/change.ts";
import { suggestChanges, suggestions } from "../../../src/python/suggestChanges.ts";
import { mistaken, scriptMistakes, scriptNames, scriptWith } from "../../cases/scriptMistakes.ts";

const context = { isOneEpisode: true };
const findings = Object.keys(suggestions);

/** What the first suggestion makes of a script whose recorder stands in its last line. */
function mended(finding: string, lines: readonly string[], given = "loss=loss, log_prob=log_probs"): string {
  const text = [...lines, `rec.update(${given})`, ""].join("\n");
  const [change] = suggestChanges(text, finding, lines.length + 1, context);
  return change ? withEdits(text, change.edits).split("\n").slice(0, lines.length).join("\n") : "nothing";
}

describe("a mistake in a script is mended where it stands", () => {
  test.each(scriptMistakes.map((mistake, index) => [mistake.finding, mistake.script, index] as const))(
    "%s in %s (%i)",
    (finding, _script, index) => {
      const { wrong, right, line } = mistaken(scriptMistakes[index]!);
      const [change] = suggestChanges(wrong, finding, line, context);
      expect(change, "a change").toBeDefined();
      expect(withEdits(wrong, change!.edits)).toBe(right);
      expect(change!.title.length).toBeGreaterThan(5);
    },
  );

  test.each([
    [
      "inverted_ratio",
      ["ratio = torch.exp(old_log_probs - log_probs)", "loss = -(ratio * adv).mean()"],
      "ratio = torch.exp(log_probs - old_log_probs)\nloss = -(ratio * adv).mean()",
    ],
    [
      "wrong_clip",
      ["loss = -torch.max(ratio * adv, ratio.clamp(0.8, 1.2) * adv).mean()"],
      "loss = -torch.min(ratio * adv, ratio.clamp(0.8, 1.2) * adv).mean()",
    ],
    ["wrong_clip", ["loss = -jnp.maximum(surr1, surr2).mean()"], "loss = -jnp.minimum(surr1, surr2).mean()"],
    [
      "undetached_target",
      ["target = r + gamma * values[1:]", "loss = ((target - values[:-1]) ** 2).mean()"],
      "target = r + gamma * values[1:]\nloss = ((target.detach() - values[:-1]) ** 2).mean()",
    ],
    [
      "undetached_target",
      ["loss = F.mse_loss(values, r + gamma * next_values * mask)"],
      "loss = F.mse_loss(values, (r + gamma * next_values * mask).detach())",
    ],
    ["wrong_sign", ["loss = -F.cross_entropy(logits, a) * G"], "loss = F.cross_entropy(logits, a) * G"],
    [
      "wrong_sign",
      ["loss = 0", "for lp, G in zip(log_probs, returns):", "    loss = loss + lp * G"],
      "loss = 0\nfor lp, G in zip(log_probs, returns):\n    loss = loss - lp * G",
    ],
    [
      "wrong_sign",
      ["loss = sum([lp * G for lp, G in zip(log_probs, returns)])"],
      "loss = -sum([lp * G for lp, G in zip(log_probs, returns)])",
    ],
    [
      "wrong_sign",
      ["def policy_loss(lp, w):", "    return (lp * w).sum()", "loss = policy_loss(log_probs, G)"],
      "def policy_loss(lp, w):\n    return -(lp * w).sum()\nloss = policy_loss(log_probs, G)",
    ],
    [
      "entropy_sign",
      ["loss = -(log_probs * G).sum() + 0.01 * dist.entropy().mean()"],
      "loss = -(log_probs * G).sum() - 0.01 * dist.entropy().mean()",
    ],
    ["missing_zero_grad", [], "nothing"],
    [
      "forward_returns",
      ["for t in range(T):", "    R = r[t] + gamma * R", "    G[t] = R"],
      "for t in reversed(range(T)):\n    R = r[t] + gamma * R\n    G[t] = R",
    ],
    [
      "truncation_as_termination",
      ["done = terminated or truncated", "target = r + gamma * V * (not done)"],
      "done = terminated or truncated\ntarget = r + gamma * V * (not terminated)",
    ],
    [
      "truncation_as_termination",
      ["done = terminated | truncated", "following = 0.0 if done else float(V(next_obs))"],
      "done = terminated | truncated\nfollowing = 0.0 if terminated else float(V(next_obs))",
    ],
  ] as const)("%s of %j", (finding, lines, expected) => {
    expect(mended(finding, lines)).toBe(expected);
  });

  test("every row of the table has a script of its own, or a text above", () => {
    const own = new Set(scriptMistakes.map(({ finding }) => finding));
    const others = findings.filter((finding) => !own.has(finding));
    expect(others).toEqual(["undetached_target", "inverted_ratio", "wrong_clip"]);
  });
});

describe("nothing is suggested", () => {
  test.each(scriptNames)("for signs, means and gradients that are right: %s", (name) => {
    const text = scriptWith(name, []);
    const line = text.slice(0, text.indexOf("rec.update(")).split("\n").length;
    const settled = findings.filter(
      (finding) => !["dimensions_not_summed", "softmax_twice"].includes(finding),
    );
    const made = settled.flatMap((finding) =>
      suggestChanges(text, finding, line, context).map(({ title }) => `${finding}: ${title}`),
    );
    // A second γᵗ is the only one that a text alone does not rule out.
    expect(made.filter((one) => !one.startsWith("missing_gamma_t"))).toEqual([]);
  });

  test("where no recorder stands, for findings without a form, and in comments and texts", () => {
    expect(suggestChanges("loss = (log_probs * G).sum()\n", "wrong_sign", 1, context)).toEqual([]);
    expect(mended("rewards_off_by_one", ["loss = (log_probs * G).sum()"])).toBe("nothing");
    expect(mended("constructor", ["loss = (log_probs * G).sum()"])).toBe("nothing");
    expect(
      mended("mean_instead_of_sum", ['loss = f("(log_probs * G).mean()")  # (log_probs * G).mean()']),
    ).toBe("nothing");
    expect(mended("undetached_action", ["# a = dist.rsample()", 'b = "dist.rsample()"'])).toBe("nothing");
  });

  test("for a γᵗ over rows where an update has several episodes", () => {
    const { wrong, line } = mistaken(
      scriptMistakes.findLast(({ finding }) => finding === "missing_gamma_t")!,
    );
    expect(suggestChanges(wrong, "missing_gamma_t", line, { isOneEpisode: false })).toEqual([]);
  });
});

test("texts that are damaged anywhere give edits inside the text, or none", () => {
  const texts = scriptMistakes.map((mistake) => mistaken(mistake).wrong);
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.constantFrom(...findings),
      fc.nat(),
      fc.nat(200),
      fc.string({ maxLength: 8 }),
      (text, finding, at, length, put) => {
        const from = at % text.length;
        const damaged = text.slice(0, from) + put + text.slice(from + length);
        const line = damaged.slice(0, damaged.indexOf("rec.update(")).split("\n").length;
        for (const { edits } of suggestChanges(damaged, finding, line, context)) {
          let last = 0;
          for (const edit of edits) {
            expect(edit.from).toBeGreaterThanOrEqual(last);
            expect(edit.to).toBeGreaterThanOrEqual(edit.from);
            expect(edit.to).toBeLessThanOrEqual(damaged.length);
            last = edit.to;
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

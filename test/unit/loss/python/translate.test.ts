import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildGraph } from "../../../../src/loss/build.ts";
import { offeredSymbols } from "../../../../src/loss/names.ts";
import { parseLoss } from "../../../../src/loss/parse.ts";
import { offerTranslation } from "../../../../src/loss/python/offer.ts";
import { translatePython } from "../../../../src/loss/python/translate.ts";

const translated = (text: string) => translatePython(text)?.text.trimEnd();

describe("spellings of libraries", () => {
  test.each([
    ["loss = -torch.sum(torch.stack(log_probs) * returns)", "loss = -torch.sum(log_probs * returns)"],
    ["loss = sum([-l * g for l, g in zip(log_pi, returns)])", "loss = sum((-log_pi * returns))"],
    ["loss = -(dist.log_prob(actions).sum(-1) * adv).mean()", "loss = -(log_pi * adv).mean()"],
    ["loss = -(Normal(mu, std).log_prob(a).sum(axis=-1) * adv).mean()", "loss = -(log_pi * adv).mean()"],
    [
      "loss = -(logprob[np.arange(len(actions)), actions] * rewards).mean()",
      "loss = -(log_pi * rewards).mean()",
    ],
    [
      "loss = (nn.CrossEntropyLoss(reduction='none')(logits, actions) * returns).mean()",
      "loss = (cross_entropy(logits, actions, reduction='none') * returns).mean()",
    ],
    [
      "loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=actions, logits=logits) * returns)",
      "loss = mean(cross_entropy(logits, actions, reduction='none') * returns)",
    ],
    [
      "loss = tf.reduce_sum(tf.reduce_sum(-tf.log(self.all_act_prob) * tf.one_hot(acts, n_actions), axis=1) * adv)",
      "loss = sum((-log_pi) * adv)",
    ],
    ["loss = -(batch['logp'] * batch['adv']).mean()", "loss = -(logp * adv).mean()"],
    ["loss = -(log_pi * adv.data).sum()", "loss = -(log_pi * adv.detach()).sum()"],
    [
      "loss = -(gamma ** torch.arange(len(r)) * adv * log_pi).sum()",
      "loss = -(gamma**t * adv * log_pi).sum()",
    ],
    ["loss: torch.Tensor = -(log_pi * adv).sum()", "loss = -(log_pi * adv).sum()"],
    ["loss = -(m.log_prob(action) * reward)", "loss = (-(log_pi * reward)).sum()"],
  ])("%s", (python, loss) => {
    expect(translated(python)).toBe(loss);
  });
});

describe("what is guessed is said", () => {
  test("an unknown setting becomes a line to be changed, an unknown column a name", () => {
    const python =
      "ratio = torch.exp(new_lp - old_lp)\nloss = -torch.min(ratio * A, torch.clamp(ratio, 1 - self.eps_clip, 1 + self.eps_clip) * A).mean()";
    expect(
      translatePython(python.replaceAll("new_lp", "logp_new").replaceAll("old_lp", "logp_behaviour")),
    ).toEqual({
      text: "eps_clip = 0.2\nratio = torch.exp(log_pi - log_pi_old)\nloss = -torch.min(ratio * A, torch.clamp(ratio, 1 - eps_clip, 1 + eps_clip) * A).mean()\n",
      notes: [
        "logp_new is read as log_pi",
        "logp_behaviour is read as log_pi_old",
        "eps_clip = 0.2: write your own number",
      ],
    });
  });

  test("a name that says nothing is not guessed", () => {
    expect(translatePython("loss = -(log_pi * foo).sum()")).toBeUndefined();
  });

  test("code that is none of a loss is left alone", () => {
    for (const text of ["", "x", "import torch", "class A:\n    pass", "criterion = nn.CrossEntropyLoss()"])
      expect(translatePython(text)).toBeUndefined();
  });
});

describe("the offer", () => {
  const error = { severity: "error", code: "x", message: "x", start: 0, end: 1 } as const;

  test("stands before all fixes of the first error, with what was guessed as a comment", () => {
    const text = "loss = -(torch.stack(saved_log_probs) * adv).sum()";
    const [first] = offerTranslation(text, [error]);
    expect(first!.fixes).toEqual([
      {
        title: "Translate from Python",
        edits: [
          {
            start: 0,
            end: text.length,
            text: "# saved_log_probs is read as log_pi\nloss = -(log_pi * adv).sum()\n",
          },
        ],
      },
    ]);
  });

  test("is not made for a text without errors, nor for one that is no Python", () => {
    const warning = { ...error, severity: "warning" } as const;
    expect(offerTranslation("loss = -(torch.stack(log_probs) * adv).sum()", [warning])).toEqual([warning]);
    expect(offerTranslation("loss = -(log_pi * foo).sum()", [error])).toEqual([error]);
  });
});

describe("whatever is given", () => {
  const piece = fc.constantFrom(
    ..."for in zip( ) [ ] : \n \n    torch. stack( self. loss = - * + append( log_probs returns R r gamma ** dist.log_prob( , . 1 - done with torch.no_grad(): def f(x): return if else: += [i] [::-1] reversed( 'a' \" # \\ .item() gather( mean() sum( lambda".split(
      " ",
    ),
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(" ")),
    fc.string({ unit: "binary" }),
  );

  test("a translation is a loss without errors, one number, and its own translation", () => {
    fc.assert(
      fc.property(text, (python) => {
        const translation = translatePython(python);
        if (translation === undefined) return;
        const { program } = parseLoss(translation.text);
        const { graph, diagnostics } = buildGraph(program!, offeredSymbols());
        expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
        expect(graph!.result.shape).toEqual([]);
        expect(translatePython(translation.text)?.text).toBe(translation.text);
      }),
      { numRuns: 3000 },
    );
  });
});

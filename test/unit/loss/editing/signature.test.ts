import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { signatureAt } from "../../../../src/loss/editing/signature.ts";
import { OPERATORS } from "../../../../src/loss/operators.ts";

/** What is picked out at `|`. */
function activeAt(marked: string): string | undefined {
  const help = signatureAt(marked.replace("|", ""), marked.indexOf("|"));
  const active = help?.active === undefined ? undefined : help.parameters[help.active];
  return active && help!.label.slice(active.start, active.end);
}

describe("the signature at the cursor", () => {
  test.each([
    ["loss = discounted_returns(|", "r"],
    ["loss = discounted_returns(r, |", "gamma"],
    ["loss = discounted_returns(r, gamma|)", "gamma"],
    ["loss = discounted_returns(r, gamma, |)", "bootstrap=0"],
    ["loss = discounted_returns(sum(r), |)", "gamma"],
    ["loss = where(r > 0, exp(|), 1)", "x"],
    ["x = clamp(r, max=|)", "max?"],
    ["x = r.clamp(|)", "min?"],
    ["x = torch.clamp(|)", "x"],
    ["x = torch.nn.functional.mse_loss(V, |)", "target"],
    ["x = r.sum(axis=|0)", "dim=None"],
    ["x = (r +\n  where(r > 0,\n |", "input"],
    ["x = max(r, |)", "other"],
  ])("%j picks out %s", (marked, expected) => {
    expect(activeAt(marked)).toBe(expected);
  });

  test.each(["loss = |", "loss = (r * |", "V[|", "foo(|", "sum(r)|", "# sum(|"])("%j has none", (marked) => {
    expect(signatureAt(marked.replace("|", ""), marked.indexOf("|"))).toBeUndefined();
  });

  test("past the last parameter nothing is picked out", () => {
    expect(signatureAt("exp(r, 1, 2, ", 13)).toMatchObject({ active: undefined, label: "exp(x)" });
  });

  test.each(OPERATORS.map((row) => [row.name, row] as const))(
    "of %s names every parameter where it stands",
    (name, row) => {
      const help = signatureAt(`${name}(`, name.length + 1);
      if (name === "index") return expect(help?.parameters).toHaveLength(row.parameters.length);
      expect(help!.parameters.map(({ start }) => /^\w+/u.exec(help!.label.slice(start))![0])).toEqual(
        row.parameters.map((parameter) => parameter.name),
      );
      for (const { documentation } of help!.parameters) expect(documentation).toMatch(/\.$/u);
    },
  );

  property.prop([fc.string({ unit: fc.constantFrom(..."(),[]=.rab \n#"), maxLength: 60 }), fc.nat(60)])(
    "never throws",
    (text, offset) => {
      signatureAt(`sum(${text}`, offset);
    },
  );
});

import { expect, test } from "vitest";
import { ruleParts } from "../../../../src/engine/inspection/ruleParts.ts";

const drawn = (rule: string) =>
  ruleParts(rule)
    .map(({ text }) => text)
    .join("");

test("every term of a rule is written as α times a sum over the steps, without multiplication signs", () => {
  expect(drawn("theta += alpha * gamma^t * G * grad(log_pi)")).toBe("θ←θ+αΣtγtGt∇lnπ(At|St,θ)");
  expect(drawn("theta += alpha * G * grad(log_pi) + alpha * 0.01 * grad(entropy)")).toBe(
    "θ←θ+αΣtGt∇lnπ(At|St,θ)+αΣt0.01∇Ht",
  );
});

test("what is no rule of that form is the gradient of the loss", () => {
  expect(drawn("something else")).toBe("θ←θ−α∇L");
});

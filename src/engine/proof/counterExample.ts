import type { Tensor } from "../../loss/tensor.ts";
import type { CounterExampleView, ProofCheckView } from "../../protocol/proofViews.ts";
import { type Checked, type CheckOptions, checkLoss } from "./checks.ts";
import { headDifferences } from "./headDifferences.ts";
import { textOf } from "./lossFunction.ts";
import type { ProofProblem } from "./problem.ts";
import { shrink } from "./shrink.ts";
import { suspectOperator } from "./suspects.ts";

/** While shrinking, a few lines are enough to see a failure again. */
const smallEffort = { directions: 2, coordinates: 24 };

/** The smallest problem found on which the same check fails, as data of the loss. */
export async function counterExample(
  problem: ProofProblem,
  text: string,
  id: ProofCheckView["id"],
  options: CheckOptions,
): Promise<CounterExampleView | null> {
  const light = { ...options, effort: smallEffort };
  const failure = async (candidate: ProofProblem) => {
    const checked = await checkLoss(candidate, text, light);
    const failed = checked.ok ? checked.checks.find((check) => check.id === id) : undefined;
    return checked.ok && failed?.status === "failed" ? { checked, failed } : undefined;
  };
  const smallest = await shrink(problem, async (candidate) => (await failure(candidate)) !== undefined);
  const found = await failure(smallest);
  if (!found) return null;
  const { failed, checked } = found;
  return {
    sentence: `${failed.title} differ by ${failed.worst.toExponential(1)} at ${failed.where}${suspicion(checked, id)}`,
    steps: smallest.batch.steps,
    numbers: numbersOf(smallest, checked, id, options),
    ...dataOf(new Map([...alwaysShown(smallest), ...checked.inputs])),
  };
}

/** Which operator's backward rule contradicts its own values, where a difference of the loss does. */
function suspicion({ evaluation }: Checked, id: ProofCheckView["id"]): string {
  if (id !== "differences" && id !== "directDifferences") return "";
  const { compiled } = evaluation;
  const node = suspectOperator(compiled.graph.nodes, evaluation.evaluation);
  return node ? `; the derivative of ${textOf(compiled, node)} is wrong` : "";
}

/** Both sides of what differs, step by step. */
function numbersOf(
  problem: ProofProblem,
  checked: Checked,
  id: ProofCheckView["id"],
  { rule }: CheckOptions,
): CounterExampleView["numbers"] {
  if (id === "rule" && rule) {
    const of = checked.evaluation.adjoints.log_pi;
    const stated = rule.weights(problem).logProbabilities;
    return {
      ...(of && { "c of the loss": Array.from(of, (adjoint) => -adjoint) }),
      ...(stated && { "c of the rule": Array.from(stated, (adjoint) => -adjoint) }),
    };
  }
  if (id !== "differences" && id !== "directDifferences") return {};
  return Object.fromEntries(
    headDifferences(checked).flatMap(({ name, autodiff, differences }) => [
      [`∂L/∂${name} by autodiff`, autodiff],
      [`∂L/∂${name} by differences`, differences],
    ]),
  );
}

/** What a reader wants to see even where the loss does not name it. */
function alwaysShown({ batch, gamma }: ProofProblem): [string, Tensor][] {
  const perStep = ({ length }: Float64Array) =>
    length === batch.steps ? [length] : [batch.steps, length / batch.steps];
  return [
    ["gamma", { shape: [], data: Float64Array.of(gamma) }],
    ["r", { shape: [batch.steps], data: batch.rewards }],
    ["a", { shape: perStep(batch.actions), data: batch.actions }],
    ["t", { shape: [batch.steps], data: batch.time }],
  ];
}

/** Tensors by name in the form of `pgi loss --data`; held values, which have no name of the language, are left out. */
function dataOf(inputs: ReadonlyMap<string, Tensor>): Pick<CounterExampleView, "scalars" | "data"> {
  const scalars: Record<string, number> = {};
  const data: Record<string, (number | boolean | number[])[]> = {};
  for (const [name, tensor] of inputs) {
    if (name.includes(" ")) continue;
    if (tensor.shape.length === 0) scalars[name] = tensor.data[0]!;
    else data[name] = listOf(tensor);
  }
  return { scalars, data };
}

function listOf({ shape, data, boolean }: Tensor): (number | boolean | number[])[] {
  const [rows, columns] = shape as [number, number | undefined];
  if (columns === undefined) return boolean ? Array.from(data, (value) => value !== 0) : Array.from(data);
  return Array.from({ length: rows }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns)),
  );
}

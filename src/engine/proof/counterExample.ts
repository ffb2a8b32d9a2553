import type { Tensor } from "../../loss/tensor.ts";
import type { CounterExampleView, ProofCheckView } from "../../protocol/proofViews.ts";
import { type CheckOptions, checkLoss } from "./checks.ts";
import type { ProofProblem } from "./problem.ts";
import { shrink } from "./shrink.ts";

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
    sentence: `${failed.title} differ by ${failed.worst.toExponential(1)} at ${failed.where}`,
    steps: smallest.batch.steps,
    ...dataOf(new Map([...alwaysShown(smallest), ...checked.inputs])),
  };
}

/** What a reader wants to see even where the loss does not name it. */
function alwaysShown({ batch, gamma }: ProofProblem): [string, Tensor][] {
  return [
    ["gamma", { shape: [], data: Float64Array.of(gamma) }],
    ["r", { shape: [batch.steps], data: batch.rewards }],
    ["a", { shape: [batch.steps], data: batch.actions }],
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

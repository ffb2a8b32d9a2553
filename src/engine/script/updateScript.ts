import type { Inspector } from "../inspection/inspector.ts";
import { type ScriptTarget, scriptFacts } from "./facts.ts";
import { numpyScript } from "./numpyScript.ts";
import { pytorchScript } from "./pytorchScript.ts";

/**
 * A Python script that needs nothing but its library: the update's policy, batch and loss in it, it computes loss and
 * gradient by other means than ours and prints them beside the recorded numbers.
 */
export function updateScript(inspector: Inspector, target: ScriptTarget, environment: string): string {
  const { frozen } = inspector;
  const title = `Update ${frozen.update} on ${environment}, ${frozen.batch.steps} steps: loss and gradient beside the recorded numbers.`;
  const facts = scriptFacts(inspector, target, title);
  return target === "pytorch"
    ? pytorchScript(facts, frozen.specification)
    : numpyScript(facts, frozen.specification);
}

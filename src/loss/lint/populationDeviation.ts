import { libraryOf } from "../modules.ts";
import type { Program } from "../syntax.ts";
import type { Finding, LintRow } from "./lint.ts";

const DEVIATIONS: ReadonlySet<string> = new Set(["std", "var"]);

function populationDeviations(program: Program): Finding[] {
  return program.nodes.flatMap((node): Finding[] => {
    if (node.kind !== "call" || !DEVIATIONS.has(node.name)) return [];
    const library = libraryOf(node.module);
    const chosen = node.arguments.some(({ keyword }) => keyword === "ddof" || keyword === "correction");
    if (chosen || (library !== "numpy" && library !== "jax")) return [];
    const { start, end } = node;
    const closing = { start: end - 1, end: end - 1, text: ", ddof=1" };
    return [
      {
        message: `${node.module}.${node.name} divides by n, PyTorch's ${node.name} by n - 1`,
        hint: "write ddof=1 for PyTorch's",
        start,
        end,
        fixes: [{ title: "Divide by n - 1", edits: [closing] }],
      },
    ];
  });
}

export const populationDeviation: LintRow = {
  id: "population-deviation",
  severity: "information",
  doc: "NumPy's and JAX's deviation divides by n where PyTorch's divides by n - 1.",
  example: "w = adv / np.std(adv)\nloss = -(w * log_pi).sum()",
  reads: "syntax",
  find: populationDeviations,
};

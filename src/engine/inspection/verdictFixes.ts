import type { Verdict } from "../../diagnosis/verdict.ts";
import { parseLoss } from "../../loss/parse.ts";
import type { Program } from "../../loss/syntax.ts";

export interface LossFix {
  readonly title: string;
  /** The whole text, mended. */
  readonly text: string;
}

/** Rewrites that would make a loss the book's rule, where one edit does it. */
export function verdictFixes(text: string, verdict: Verdict): LossFix[] {
  const { program } = parseLoss(text);
  if (!program) return [];
  switch (verdict.finding) {
    case "missing_gamma_t":
      return addGamma(program);
    case "wrong_sign":
      return changeSign(program);
    case "mean_instead_of_sum":
      return sumInsteadOfMean(program);
    default:
      return [];
  }
}

function addGamma(program: Program): LossFix[] {
  const uses = program.nodes.filter((node) => node.kind === "name" && node.name === "log_pi");
  const [use] = uses;
  if (uses.length !== 1 || !use) return [];
  const written = program.text.slice(use.start, use.end);
  return [{ title: "Add γᵗ", text: splice(program.text, use.start, use.end, `(gamma**t * ${written})`) }];
}

function changeSign(program: Program): LossFix[] {
  const { start, end } = program.result.expression;
  const written = program.text.slice(start, end);
  return [{ title: "Change the sign", text: splice(program.text, start, end, `-(${written})`) }];
}

function sumInsteadOfMean(program: Program): LossFix[] {
  const means = program.nodes.filter((node) => node.kind === "call" && node.name === "mean");
  const [mean] = means;
  if (means.length !== 1 || mean?.kind !== "call") return [];
  return [
    {
      title: "Sum instead of mean",
      text: splice(program.text, mean.nameRange.start, mean.nameRange.end, "sum"),
    },
  ];
}

function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

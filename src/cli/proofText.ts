import type { CounterExampleView, ProofView } from "../protocol/proofViews.ts";
import { formatNumber, textTable } from "./output.ts";

const words = { passed: "agree", failed: "DIFFER", undecided: "undecided" } as const;

/** A proof for a terminal: the verdict, a line per check, what kinks and detach did, what is not covered. */
export function proofText(proof: ProofView): string {
  const rows = proof.checks.map(({ title, status, worst, tolerance, where, compared }) => [
    title,
    words[status],
    worst.toExponential(1),
    tolerance.toExponential(0),
    where,
    String(compared),
  ]);
  const table = textTable(
    [["", "", "worst relative", "tolerance", "at", "compared"], ...rows],
    new Set([0, 1, 4]),
  );
  const details = proof.checks.flatMap(({ detail, id }) =>
    detail === "" || id === "directDifferences" ? [] : [detail],
  );
  const numbers = `L = ${formatNumber(proof.loss)}, ‖∂L/∂θ‖ = ${formatNumber(proof.gradientNorm)}`;
  const time = `seed ${proof.seed}, ${Math.round(proof.milliseconds)} ms`;
  return [
    `${proof.sentence}\n${proof.on}; ${numbers}; ${time}\n`,
    table,
    list("", details),
    list("kinks", proof.kinks),
    list("detach", proof.detached === null ? [] : [proof.detached]),
    list("not covered", proof.notCovered),
    counterExampleText(proof.counterExample),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function list(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const indent = title === "" ? "" : "  ";
  return `${title === "" ? "" : `${title}\n`}${lines.map((line) => `${indent}${line}`).join("\n")}\n`;
}

function counterExampleText(example: CounterExampleView | null): string {
  if (example === null) return "";
  const { sentence, steps, numbers, scalars, data } = example;
  const lines = Object.entries(numbers).map(
    ([name, values]) =>
      `  ${name}: ${values.slice(0, 8).map(formatNumber).join(" ")}${values.length > 8 ? " …" : ""}`,
  );
  const size = `${steps} step${steps === 1 ? "" : "s"}`;
  return [
    `smallest counter-example found (${size}): ${sentence}`,
    ...lines,
    `  for pgi loss --data: ${JSON.stringify({ scalars, data })}`,
    "",
  ].join("\n");
}

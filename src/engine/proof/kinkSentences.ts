import type { PolicySpecification } from "../../policies/policy.ts";
import { parameterName } from "./compare.ts";
import type { Kink } from "./lossFunction.ts";
import type { Measurements } from "./measure.ts";

const mostNamed = 3;

/** What kinks did to the differences, in words: lines given up with the kink in the way, and how near the others came. */
export function kinkSentences(
  { excluded, nearest, made }: Measurements,
  specification: PolicySpecification,
): string[] {
  const groups = Map.groupBy(excluded, ({ kink }) => (kink.kind === "unit" ? "unit" : kink.text));
  const sentences = [...groups.values()].slice(0, mostNamed).map((lines) => {
    const names = [...new Set(lines.map(({ parameter }) => lineName(parameter, specification)))];
    const shown = `${names.slice(0, mostNamed).join(", ")}${names.length > mostNamed ? ", …" : ""}`;
    const first = kinkWords(lines[0]!.kink);
    return `${lines.length} of ${made.length + excluded.length} lines given up (${shown}): too near a kink, ${first}`;
  });
  if (groups.size > mostNamed)
    sentences.push(`${groups.size - mostNamed} more expressions have kinks in the way`);
  if (nearest && made.length > 0)
    sentences.push(`steps stay on this side of the nearest kink: ${kinkWords(nearest)}`);
  return sentences;
}

function lineName(parameter: number | undefined, specification: PolicySpecification): string {
  return parameter === undefined ? "random directions" : parameterName(specification, parameter);
}

function kinkWords(kink: Kink): string {
  const distance = kink.distance < 1e-12 ? "at θ itself" : `within ${kink.distance.toExponential(1)} of θ`;
  const what =
    kink.kind === "unit"
      ? `relu unit ${kink.unit} of layer ${kink.layer}${kink.kind === "unit" && kink.network === "value" ? " of the value network" : ""} changes sides`
      : `${kink.text} changes its formula`;
  return `${what} at step ${kink.step}, ${distance}`;
}

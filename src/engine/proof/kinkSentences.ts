import type { PolicySpecification } from "../../policies/policy.ts";
import { parameterName } from "./compare.ts";
import type { Kink } from "./lossFunction.ts";
import type { Measurements } from "./measure.ts";

const mostNamed = 3;

/** What kinks did to the differences, in words: lines given up with the kink in the way, and how near the others came. */
export function kinkSentences(
  { excluded, nearest }: Measurements,
  specification: PolicySpecification,
): string[] {
  const lines = excluded.slice(0, mostNamed).map(({ parameter, kink }) => {
    const line = parameter === undefined ? "a random direction" : parameterName(specification, parameter);
    const instead = parameter === undefined ? "; another was drawn" : "; it was left out";
    return `${line}: ${kinkWords(kink)}, too near for a difference${instead}`;
  });
  if (excluded.length > mostNamed)
    lines.push(`${excluded.length - mostNamed} more lines were given up likewise`);
  if (nearest) lines.push(`steps stay on this side of the nearest kink: ${kinkWords(nearest)}`);
  return lines;
}

function kinkWords(kink: Kink): string {
  const distance = kink.distance === 0 ? "at θ itself" : `within ${kink.distance.toExponential(1)} of θ`;
  const what =
    kink.kind === "unit"
      ? `relu unit ${kink.unit} of layer ${kink.layer} changes sides`
      : `${kink.text} changes its formula`;
  return `${what} at step ${kink.step}, ${distance}`;
}

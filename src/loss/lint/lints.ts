import type { Diagnostic } from "../diagnostic.ts";
import { flowOf } from "../flow.ts";
import { type Graph, leafName } from "../graph.ts";
import type { Program } from "../syntax.ts";
import type { Finding, LintRow } from "./lint.ts";
import { meanOfSum } from "./meanOfSum.ts";
import { missingDetach, undetachedRatio } from "./missingDetach.ts";
import { missingMinus } from "./missingMinus.ts";
import { modulePrefix } from "./modulePrefix.ts";
import { populationDeviation } from "./populationDeviation.ts";
import { probabilityForLog } from "./probabilityForLog.ts";
import { unstableLog } from "./unstableLog.ts";
import { noGradient, notScalar, unused } from "./wholeLoss.ts";

/** Everything that is looked at in a loss that is no error; what cannot be evaluated is found while it is built. */
export const LINTS: readonly LintRow[] = [
  unstableLog,
  populationDeviation,
  modulePrefix,
  missingDetach,
  undetachedRatio,
  missingMinus,
  probabilityForLog,
  meanOfSum,
  notScalar,
  unused,
  noGradient,
];

/** What the lints say of a program; those on values only where it has a graph. `heads` are what gradient is wanted of. */
export function lint(program: Program, graph: Graph | undefined, heads: ReadonlySet<string>): Diagnostic[] {
  const subject = graph && {
    program,
    graph,
    flow: flowOf(graph, (leaf) => heads.has(leafName(leaf))),
  };
  return LINTS.flatMap((row) => {
    const findings: readonly Finding[] =
      row.reads === "syntax" ? row.find(program) : subject ? row.find(subject) : [];
    return findings.map((finding) => ({ severity: row.severity, code: row.id, ...finding }));
  });
}

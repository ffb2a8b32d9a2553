import { buildGraph } from "../build.ts";
import { byPlace, type Diagnostic } from "../diagnostic.ts";
import { flowOf, missingDerivative } from "../flow.ts";
import { type Graph, leafName } from "../graph.ts";
import { lint } from "../lint/lints.ts";
import { headNames, offeredSymbols } from "../names.ts";
import { parseLoss } from "../parse.ts";
import { type RuleLine, ruleDiagnostics, splitRules } from "../ruleLines.ts";
import type { Program } from "../syntax.ts";

/** What a loss text says by itself; nothing of it is evaluated. */
export interface LossReading {
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  /** The lines that can be read; undefined where there is none. */
  readonly program: Program | undefined;
  /** Undefined where names, operators or shapes do not fit. */
  readonly graph: Graph | undefined;
  /** Lines that hold an update rule in a loss's place. */
  readonly rules: readonly RuleLine[];
}

const symbols = offeredSymbols();
const heads = headNames();

/** Reads a loss text with every name that a loss may use: what is wrong, what to look at, names and shapes. */
export function readLoss(text: string): LossReading {
  const { rest, rules } = splitRules(text);
  const parsed = parseLoss(rest);
  const found = [
    ...ruleDiagnostics(text, rules),
    ...parsed.diagnostics.filter(({ code }) => !hidden(code, rules)),
  ];
  const program = parsed.readable;
  if (program === undefined) return { text, diagnostics: found, program, graph: undefined, rules };
  const built = buildGraph(program, symbols);
  if (parsed.program !== undefined) found.push(...built.diagnostics, ...lookedAt(program, built.graph));
  return { text, diagnostics: found.sort(byPlace), program, graph: built.graph, rules };
}

/** A text of rules alone is not called empty. */
function hidden(code: string, rules: readonly RuleLine[]): boolean {
  return code === "empty" && rules.length > 0;
}

function lookedAt(program: Program, graph: Graph | undefined): readonly Diagnostic[] {
  const found = lint(program, graph, heads);
  if (graph === undefined) return found;
  const missing = missingDerivative(
    graph,
    flowOf(graph, (leaf) => heads.has(leafName(leaf))),
  );
  return missing ? [...found, missing] : found;
}

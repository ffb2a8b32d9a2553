import { buildGraph } from "../../loss/build.ts";
import type { Diagnostic } from "../../loss/diagnostic.ts";
import type { Graph } from "../../loss/graph.ts";
import { offeredSymbols } from "../../loss/names.ts";
import { parseLoss } from "../../loss/parse.ts";
import type { Program } from "../../loss/syntax.ts";

export type LossDiagnostic = Diagnostic;

/** What a loss text says by itself; nothing of it is evaluated. */
export interface LossReading {
  readonly text: string;
  readonly diagnostics: readonly LossDiagnostic[];
  /** Undefined where the text cannot be parsed. */
  readonly program: Program | undefined;
  /** Undefined where names, operators or shapes do not fit. */
  readonly graph: Graph | undefined;
}

const symbols = offeredSymbols();
let newest: LossReading | undefined;

/** Parses a loss text and makes out its names and shapes. The newest reading is kept: one keystroke asks for it often. */
export function readLoss(text: string): LossReading {
  if (newest?.text !== text) newest = read(text);
  return newest;
}

function read(text: string): LossReading {
  const { program, diagnostics } = parseLoss(text);
  if (program === undefined) return { text, diagnostics, program, graph: undefined };
  const built = buildGraph(program, symbols);
  return { text, diagnostics: [...diagnostics, ...built.diagnostics], program, graph: built.graph };
}

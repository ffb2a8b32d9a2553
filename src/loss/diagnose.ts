import { byPlace, type Diagnostic } from "./diagnostic.ts";
import { readLoss } from "./editing/reading.ts";
import { type CompiledLoss, type CompileOptions, compileLoss } from "./evaluate.ts";
import { lint } from "./lint/lints.ts";
import { headNames, type LossSymbols } from "./names.ts";
import { parseLoss } from "./parse.ts";
import { splitRules } from "./ruleLines.ts";
import type { Program } from "./syntax.ts";

/** Everything known about a loss text before there are data: what parses, what compiles, and what to look at. */
export interface Diagnosis {
  readonly program: Program | undefined;
  readonly compiled: CompiledLoss | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Every diagnostic of a loss text, in the order of the text. Lints about heads need `differentiable` or use all heads. */
export function diagnoseLoss(text: string, symbols: LossSymbols, options: CompileOptions = {}): Diagnosis {
  const { rules } = splitRules(text);
  if (rules.length > 0) return { ...nothing, diagnostics: readLoss(text).diagnostics };
  const parsed = parseLoss(text);
  const { program } = parsed;
  if (!program) return { ...nothing, diagnostics: parsed.diagnostics };
  const { compiled, diagnostics } = compileLoss(program, symbols, options);
  const heads = options.differentiable ?? headNames();
  const found = [...parsed.diagnostics, ...diagnostics, ...lint(program, compiled?.graph, heads)];
  return { program, compiled, diagnostics: found.sort(byPlace) };
}

const nothing = { program: undefined, compiled: undefined };

import type { Diagnostic, Severity } from "../diagnostic.ts";
import type { Flow } from "../flow.ts";
import type { Graph } from "../graph.ts";
import type { Program } from "../syntax.ts";

/** A loss whose names, operators and shapes were made out. */
export interface LintSubject {
  readonly program: Program;
  readonly graph: Graph;
  /** What reaches the result, and where gradient flows, towards the heads at hand. */
  readonly flow: Flow;
}

/** What a lint found; its row gives identifier and severity. */
export type Finding = Omit<Diagnostic, "severity" | "code">;

interface LintRowBase {
  readonly id: string;
  readonly severity: Severity;
  /** What it is that the author should look at, one sentence. */
  readonly doc: string;
  /** A loss in which it is found. */
  readonly example: string;
}

/** One thing to look at in a loss that parses: on the syntax alone, or on the values behind it. */
export type LintRow = LintRowBase &
  (
    | { readonly reads: "syntax"; readonly find: (program: Program) => readonly Finding[] }
    | { readonly reads: "values"; readonly find: (subject: LintSubject) => readonly Finding[] }
  );

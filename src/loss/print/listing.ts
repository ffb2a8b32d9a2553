import type { Term } from "../symbolic/term.ts";
import { type Dialect, Writer } from "./writer.ts";

/** One line of a program: a name and the formula that it stands for. */
export interface Line {
  readonly name: string;
  readonly text: string;
}

export interface Listing {
  readonly lines: readonly Line[];
  /** Writes what refers to the lines. */
  readonly writer: Writer;
}

/**
 * Terms as lines in which every named term, and every one that is used more than once, has a line of its own
 * before its first use. `taken` are names that lines must not have.
 */
export function listTerms(
  roots: readonly Term[],
  named: ReadonlyMap<Term, string>,
  dialect: Dialect,
  taken: Iterable<string>,
): Listing {
  const names = new Map<Term, string>();
  const used = new Set(taken);
  const uses = countUses(roots);
  const writer = new Writer(dialect, names);
  const lines: Line[] = [];
  const seen = new Set<Term>();
  const visit = (term: Term): void => {
    if (seen.has(term)) return;
    seen.add(term);
    for (const operand of term.operands) visit(operand);
    const wanted = named.get(term) ?? (isShared(term, uses) ? "x" : undefined);
    if (wanted === undefined) return;
    const { text } = writer.open(term);
    const name = unusedName(wanted, used, !named.has(term));
    names.set(term, name);
    lines.push({ name: dialect.name(name), text });
  };
  for (const root of roots) visit(root);
  return { lines, writer };
}

function countUses(roots: readonly Term[]): Map<Term, number> {
  const uses = new Map<Term, number>();
  const visit = (term: Term): void => {
    const before = uses.get(term) ?? 0;
    uses.set(term, before + 1);
    if (before === 0) for (const operand of term.operands) visit(operand);
  };
  for (const root of roots) visit(root);
  return uses;
}

function isShared(term: Term, uses: ReadonlyMap<Term, number>): boolean {
  return term.operands.length > 0 && (uses.get(term) ?? 0) > 1;
}

/** The name itself, or with a number after it where it is taken. */
function unusedName(wanted: string, used: Set<string>, numbered: boolean): string {
  let name = numbered ? `${wanted}1` : wanted;
  for (let count = 2; used.has(name); count++) name = numbered ? `${wanted}${count}` : `${wanted}_${count}`;
  used.add(name);
  return name;
}

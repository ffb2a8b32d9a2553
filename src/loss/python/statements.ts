/** A statement of Python with the ones that are indented below it. */
export interface Statement {
  readonly text: string;
  readonly body: readonly Statement[];
}

interface Line {
  readonly indent: number;
  readonly text: string;
}

/** A text without comments and strings' insides being taken for them, one line for each statement. */
function logicalLines(text: string): Line[] {
  const lines: Line[] = [];
  let open = 0;
  let joined: Line | undefined;
  for (const raw of text.split("\n")) {
    const code = withoutComment(raw).replace(/\\\s*$/, " ");
    const continues = /\\\s*$/.test(withoutComment(raw));
    if (joined === undefined && code.trim() === "") continue;
    const indent = joined?.indent ?? code.length - code.trimStart().length;
    const whole = joined === undefined ? code.trim() : `${joined.text} ${code.trim()}`;
    open += countOf(code, /[([{]/g) - countOf(code, /[)\]}]/g);
    joined = { indent, text: whole };
    if (open > 0 || continues) continue;
    lines.push(...whole.split(/;\s*/).flatMap((part) => (part === "" ? [] : [{ indent, text: part }])));
    joined = undefined;
    open = 0;
  }
  return joined === undefined ? lines : [...lines, joined];
}

function withoutComment(line: string): string {
  return line
    .replaceAll("\t", "    ")
    .replace(/("[^"]*"|'[^']*')|#.*$/g, (_, string: string) => string ?? "");
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** The statements of a text by its indentation. */
export function statementsOf(text: string): Statement[] {
  const lines = logicalLines(text.replaceAll(/"""[\s\S]*?"""|'''[\s\S]*?'''/g, ""));
  const take = (from: number, indent: number): { statements: Statement[]; next: number } => {
    const statements: Statement[] = [];
    let at = from;
    while (at < lines.length && lines[at]!.indent >= indent) {
      const line = lines[at]!;
      const inner = lines[at + 1];
      const nested = inner !== undefined && inner.indent > line.indent && line.text.endsWith(":");
      const body = nested ? take(at + 1, inner.indent) : { statements: [], next: at + 1 };
      statements.push({ text: line.text, body: body.statements });
      at = body.next;
    }
    return { statements, next: at };
  };
  const statements: Statement[] = [];
  for (let at = 0; at < lines.length; ) {
    const taken = take(at, lines[at]!.indent);
    statements.push(...taken.statements);
    at = Math.max(taken.next, at + 1);
  }
  return statements;
}

const SILENT =
  /^(?:import|from|pass|assert|del|print|return$|global|nonlocal|try|break|continue)\b|^@|\b(?:backward|step|zero_grad|train|eval|clip_grad_norm_|clip_grad_value_|add_scalar|extend|clear|reverse)\([^=]*\)$|=\s*(?:\[\s*\]|deque\(.*\)|list\(\))$|\+=\s*\[/;

/** Whether a statement changes no number of a loss: steps of the optimiser, logging, lists that are begun. */
export function isSilent(text: string): boolean {
  return SILENT.test(text);
}

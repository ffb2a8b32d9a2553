import type { TextRange } from "../diagnostic.ts";
import type { Token } from "../lex.ts";
import { logPolicyEnd } from "../policyArguments.ts";
import { depthsOf, hasSpaceBefore, isClosing, isOperator } from "./spacing.ts";

/** One line of a text in parts. */
interface Line {
  readonly indent: string;
  /** The name that the line defines, with the column in which its equals sign was written. */
  readonly assigned: { readonly name: string; readonly column: number } | undefined;
  /** All code, but for the name and the equals sign of a definition. */
  readonly code: string;
  readonly comment: { readonly text: string; readonly column: number } | undefined;
}

const INDENT = "    ";

/** The lines of a text, each laid out anew. `tokens` are those of the text without its rules. */
export function layOutLines(text: string, tokens: readonly Token[], rules: readonly TextRange[]): string[] {
  const depths = depthsOf(tokens);
  let start = 0;
  let first = 0;
  let continued = false;
  const lines = text.split("\n").map((written): Line => {
    const end = start + written.length;
    const rule = rules.find((one) => start <= one.start && one.end <= end);
    const range = tokensOn(tokens, first, end);
    const line = rule
      ? ruleLine(text, rule, { start, end })
      : codeLine(text, tokens, depths, range, { start, end }, continued);
    continued = line.code.endsWith("\\");
    start = end + 1;
    first = range.end;
    return line;
  });
  return alignAssignments(lines).map(join);
}

/** The range of tokens that begin before the end of a line, line ends among them. */
function tokensOn(tokens: readonly Token[], first: number, end: number): TextRange {
  let last = first;
  while (last < tokens.length && tokens[last]!.start <= end && tokens[last]!.kind !== "end") last++;
  return { start: first, end: last };
}

function ruleLine(text: string, rule: TextRange, line: TextRange): Line {
  const code = text.slice(rule.start, rule.end);
  return { indent: "", assigned: undefined, code, comment: commentOf(text, rule.end, line) };
}

function codeLine(
  text: string,
  tokens: readonly Token[],
  depths: readonly number[],
  range: TextRange,
  line: TextRange,
  continued: boolean,
): Line {
  const own = indicesOf(tokens, range);
  const behind = own.length === 0 ? line.start : tokens[own.at(-1)!]!.end;
  const comment = commentOf(text, behind, line);
  const backslash = text.slice(behind, line.end).trim() === "\\" ? " \\" : "";
  const depth = depths[own[0] ?? range.start] ?? 0;
  const closes = own.length > 0 && isClosing(tokens[own[0]!]!);
  const indent = INDENT.repeat(
    Math.max(0, Math.min(3, depth) + (continued && depth === 0 ? 1 : 0) - (closes ? 1 : 0)),
  );
  const defines = depth === 0 && !continued && isOperator(tokens[own[1]!], "=");
  const assigned = defines
    ? {
        name: text.slice(tokens[own[0]!]!.start, tokens[own[0]!]!.end),
        column: tokens[own[1]!]!.start - line.start,
      }
    : undefined;
  const code = codeText(text, tokens, depths, defines ? own.slice(2) : own) + backslash;
  return { indent, assigned, code, comment };
}

/** Indices of the tokens of a line that are to be written; a semicolon between statements is one of them. */
function indicesOf(tokens: readonly Token[], { start, end }: TextRange): readonly number[] {
  const indices: number[] = [];
  for (let at = start; at < end; at++)
    if (tokens[at]!.kind !== "newline" || tokens[at]!.text === ";") indices.push(at);
  return indices;
}

function codeText(
  text: string,
  tokens: readonly Token[],
  depths: readonly number[],
  indices: readonly number[],
): string {
  let code = "";
  const last = indices.at(-1) ?? -1;
  for (let place = 0; place < indices.length; ) {
    const at = indices[place]!;
    const policyEnd = logPolicyEnd(tokens, at) ?? at + 1;
    const end = policyEnd - 1 <= last ? policyEnd : at + 1;
    if (place > 0 && hasSpaceBefore(tokens, at, depths[at]!)) code += " ";
    code += text.slice(tokens[at]!.start, tokens[end - 1]!.end).replaceAll(/\s+/gu, " ");
    place += end - at;
  }
  return code;
}

function commentOf(text: string, from: number, { start, end }: TextRange): Line["comment"] {
  const behind = text.slice(from, end);
  const hash = behind.indexOf("#");
  return hash < 0 ? undefined : { text: behind.slice(hash).trimEnd(), column: from + hash - start };
}

/** Equals signs of neighbouring lines that stood in one column stand in one column again. */
function alignAssignments(lines: readonly Line[]): readonly Line[] {
  const result: Line[] = [];
  for (let first = 0; first < lines.length; ) {
    let last = first + 1;
    while (lines[first]!.assigned && lines[last]?.assigned) last++;
    result.push(...alignBlock(lines.slice(first, last)));
    first = last;
  }
  return result;
}

/** A line with space to spare says which column is meant; names too long for it stand out. */
function alignBlock(block: readonly Line[]): readonly Line[] {
  const meant = block.find(({ assigned }) => assigned && assigned.column > assigned.name.length + 1);
  const column = meant?.assigned?.column;
  if (column === undefined) return block;
  const fits = ({ assigned }: Line) => assigned !== undefined && assigned.name.length < column;
  const fitting = block.filter(fits);
  if (block.length < 2 || fitting.some(({ assigned }) => assigned?.column !== column)) return block;
  const width = Math.max(...fitting.map(({ assigned }) => assigned?.name.length ?? 0));
  return block.map((line) =>
    line.assigned && fits(line)
      ? { ...line, assigned: { ...line.assigned, name: line.assigned.name.padEnd(width) } }
      : line,
  );
}

/** A comment behind code keeps its column where the code leaves room, and stands two spaces behind it where not. */
function join({ indent, assigned, code, comment }: Line): string {
  const written = indent + (assigned ? `${assigned.name} = ${code}` : code);
  if (comment === undefined) return written.trimEnd();
  if (written.trim() === "") return indent + comment.text;
  return written.padEnd(Math.max(written.length + 2, comment.column)) + comment.text;
}

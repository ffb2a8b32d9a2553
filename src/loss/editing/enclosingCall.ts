import { lex, type Token } from "../lex.ts";
import type { OperatorRow } from "../operator.ts";
import { OVERLOADED, operatorNamed } from "../operators.ts";

/** The call whose arguments an offset stands among. */
export interface EnclosingCall {
  readonly row: OperatorRow;
  /** Whether it is written x.name(…), so that the first parameter stands before the dot. */
  readonly method: boolean;
  /** Arguments that are complete before the offset. */
  readonly complete: number;
  /** The keyword of the argument at the offset, if it has one by now. */
  readonly keyword: string | undefined;
  /** Keywords of all arguments before the offset. */
  readonly keywords: readonly string[];
}

interface Open {
  /** Index of the bracket's token. */
  readonly at: number;
  readonly name: Token | undefined;
  readonly method: boolean;
  commas: number;
  argumentStart: number;
  keywords: string[];
}

/** The innermost call of a known operator around an offset, also in a text that cannot be parsed. */
export function enclosingCall(text: string, offset: number): EnclosingCall | undefined {
  const { tokens } = lex(text);
  const open: Open[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.start >= offset || (token.end > offset && token.kind !== "operator")) break;
    if (token.kind === "newline" && token.end > token.start) open.length = 0;
    else if (token.kind === "operator") heed(tokens, at, open);
  }
  const innermost = open.at(-1);
  const row = innermost?.name && rowOf(innermost.name.text, innermost.commas);
  if (innermost === undefined || row === undefined) return undefined;
  const { method, commas, keywords } = innermost;
  return {
    row,
    method,
    complete: commas,
    keywords,
    keyword: keywordAt(tokens, innermost.argumentStart, offset),
  };
}

function heed(tokens: readonly Token[], at: number, open: Open[]): void {
  const { text } = tokens[at]!;
  const innermost = open.at(-1);
  if (text === "(" || text === "[") open.push(opened(tokens, at));
  else if (text === ")" || text === "]") open.pop();
  else if (text === "," && innermost) {
    innermost.commas++;
    innermost.argumentStart = at + 1;
  } else if (text === "=" && innermost && at === innermost.argumentStart + 1)
    innermost.keywords.push(tokens[at - 1]!.text);
}

function opened(tokens: readonly Token[], at: number): Open {
  const before = tokens[at - 1];
  const isCall = tokens[at]!.text === "(" && before?.kind === "name";
  const name = isCall ? before : undefined;
  return {
    at,
    name,
    method: isCall && isMethod(tokens, at - 1),
    commas: 0,
    argumentStart: at + 1,
    keywords: [],
  };
}

/** x.name is a method, torch.name is not. */
function isMethod(tokens: readonly Token[], at: number): boolean {
  if (tokens[at - 1]?.text !== ".") return false;
  const receiver = tokens[at - 2];
  return receiver?.kind !== "name" || !MODULES.has(receiver.text);
}

const MODULES: ReadonlySet<string> = new Set([
  "torch",
  "F",
  "nn",
  "functional",
  "np",
  "numpy",
  "jnp",
  "jax",
  "lax",
  "math",
]);

function rowOf(name: string, commas: number): OperatorRow | undefined {
  const overloaded = OVERLOADED.get(name);
  return operatorNamed(overloaded ? overloaded[commas > 0 ? 1 : 0] : name);
}

function keywordAt(tokens: readonly Token[], start: number, offset: number): string | undefined {
  const [first, second] = [tokens[start], tokens[start + 1]];
  const named = first?.kind === "name" && second?.kind === "operator" && second.text === "=";
  return named && second.end <= offset ? first.text : undefined;
}

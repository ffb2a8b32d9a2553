import type { Token } from "../lex.ts";

const OPENING: ReadonlySet<string> = new Set(["(", "["]);
const CLOSING: ReadonlySet<string> = new Set([")", "]"]);
const BEFORE_NOTHING: ReadonlySet<string> = new Set([")", "]", ",", ";", ":", ".", "**"]);
const AFTER_NOTHING: ReadonlySet<string> = new Set(["(", "[", ":", ".", "**", "~"]);

/** For each token, how many brackets are open before it. */
export function depthsOf(tokens: readonly Token[]): readonly number[] {
  let depth = 0;
  return tokens.map((token) => {
    const before = depth;
    if (isOneOf(token, OPENING)) depth++;
    if (isOneOf(token, CLOSING)) depth--;
    if (token.kind === "newline") depth = 0;
    return before;
  });
}

/** Whether the house's spelling has a space before a token that stands behind another on its line. */
export function hasSpaceBefore(tokens: readonly Token[], at: number, depth: number): boolean {
  const [before, token] = [tokens[at - 1]!, tokens[at]!];
  if (isOneOf(token, BEFORE_NOTHING) || token.text === ";") return false;
  if (isOneOf(before, AFTER_NOTHING) || isSign(tokens, at - 1)) return false;
  if (isOneOf(token, OPENING) && endsValue(before)) return false;
  const assigns = [before, token].some((one) => isOperator(one, "="));
  return !(assigns && depth > 0);
}

/** Whether a + or - stands before a value alone and not between two. */
function isSign(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at]!;
  if (!isOperator(token, "-") && !isOperator(token, "+")) return false;
  const before = tokens[at - 1];
  return before === undefined || !endsValue(before);
}

function endsValue(token: Token): boolean {
  return ["name", "number", "text"].includes(token.kind) || isOneOf(token, CLOSING);
}

export function isOperator(token: Token | undefined, text: string): boolean {
  return token?.kind === "operator" && token.text === text;
}

export function isClosing(token: Token): boolean {
  return isOneOf(token, CLOSING);
}

function isOneOf({ kind, text }: Token, texts: ReadonlySet<string>): boolean {
  return kind === "operator" && texts.has(text);
}

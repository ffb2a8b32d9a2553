import { signatureOf } from "../../src/loss/bind.ts";
import { lex, type Token } from "../../src/loss/lex.ts";
import { OFFERED_NAMES } from "../../src/loss/names.ts";
import { OPERATORS } from "../../src/loss/operators.ts";
import { parseLoss } from "../../src/loss/parse.ts";
import { formatShape } from "../../src/loss/shapes.ts";
import type { LossCompletion, LossLanguage, LossToken, TokenKind } from "./language.ts";

const operatorNames = new Set(OPERATORS.flatMap((row) => [row.name, ...row.aliases]));
const keywords = new Set(["True", "False", "None", "inf", "nan"]);

/** The loss language as the editor sees it: the project's own lexer, parser and tables. */
export const lossLanguage: LossLanguage = {
  tokens: lossTokens,
  check: (text) => parseLoss(text).diagnostics,
  completions: [...nameCompletions(), ...operatorCompletions()],
};

/** Every stretch of a text that has a colour, in order; comments are what the lexer leaves out. */
export function lossTokens(text: string): readonly LossToken[] {
  const { tokens } = lex(text);
  const found: LossToken[] = [];
  let end = 0;
  for (const [index, token] of tokens.entries()) {
    found.push(...comments(text, end, token.start));
    const kind = kindOf(token, tokens[index + 1]);
    if (token.end > token.start && kind !== "other") found.push({ start: token.start, end: token.end, kind });
    end = Math.max(end, token.end);
  }
  found.push(...comments(text, end, text.length));
  return found;
}

function kindOf(token: Token, next: Token | undefined): TokenKind {
  if (token.kind === "text") return "string";
  if (token.kind !== "name")
    return token.kind === "number" || token.kind === "operator" ? token.kind : "other";
  if (keywords.has(token.text)) return "keyword";
  const isCalled = next?.kind === "operator" && next.text === "(";
  return isCalled || operatorNames.has(token.text) ? "function" : "name";
}

function comments(text: string, start: number, end: number): LossToken[] {
  const gap = text.slice(start, end);
  return [...gap.matchAll(/#[^\n]*/gu)].map((match) => ({
    start: start + match.index,
    end: start + match.index + match[0].length,
    kind: "comment",
  }));
}

function nameCompletions(): LossCompletion[] {
  const unique = new Map(OFFERED_NAMES.map((offered) => [offered.name, offered]));
  return [...unique.values()].map(({ name, shape, doc, kind }) => ({
    name,
    kind: "variable",
    signature: `${shape.length === 0 ? "number" : formatShape(shape)} ${kind}`,
    documentation: doc,
  }));
}

function operatorCompletions(): LossCompletion[] {
  return OPERATORS.filter((row) => row.name !== "index").map((row) => ({
    name: row.name,
    kind: "function",
    signature: signatureOf(row).slice(row.name.length),
    documentation: row.doc,
  }));
}

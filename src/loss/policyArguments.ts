import type { Token } from "./lex.ts";

function isOperator(token: Token | undefined, text: string): boolean {
  return token?.kind === "operator" && token.text === text;
}

/** The index of the token after `(a|s, θ)` if that is what stands at `from`; undefined where it is not. */
export function policyArgumentsEnd(tokens: readonly Token[], from: number): number | undefined {
  if (!isOperator(tokens[from], "(")) return undefined;
  let bar = false;
  for (let at = from + 1; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (isOperator(token, ")")) return bar ? at + 1 : undefined;
    if (isOperator(token, "|")) bar = true;
    else if (token.kind !== "name" && !isOperator(token, ",") && !isOperator(token, ";")) return undefined;
  }
  return undefined;
}

const LOGARITHMS: ReadonlySet<string> = new Set(["log", "ln"]);
const LOG_POLICY: ReadonlySet<string> = new Set(["logpi", "lnpi", "ln_pi", "log_pi"]);

/**
 * The index of the token after a spelling of ln π(a|s) that begins at `from`, as `log π` or `lnπ(a|s, θ)`;
 * undefined where none does, and for `log_pi` alone, which is a name like any other.
 */
export function logPolicyEnd(tokens: readonly Token[], from: number): number | undefined {
  const first = tokens[from];
  if (first?.kind !== "name") return undefined;
  const second = tokens[from + 1];
  if (LOGARITHMS.has(first.text) && second?.kind === "name" && second.text === "pi")
    return policyArgumentsEnd(tokens, from + 2) ?? from + 2;
  return LOG_POLICY.has(first.text) ? policyArgumentsEnd(tokens, from + 1) : undefined;
}

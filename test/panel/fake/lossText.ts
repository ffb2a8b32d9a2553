import type { Diagnostic } from "../../../src/protocol/shared.ts";
import type { BareNumberView } from "../../../src/protocol/views.ts";

/** What the page's stand-in host reads from a loss: enough to make REINFORCE and its commonest relatives. */
export interface FakeLoss {
  readonly discounted: boolean;
  readonly entropyWeight: number;
  readonly sign: 1 | -1;
  readonly mean: boolean;
  readonly numbers: readonly BareNumberView[];
  readonly diagnostics: readonly Diagnostic[];
}

const known = new Set(
  "t r gamma log_pi entropy logits pi a N T alpha discounted_returns sum mean detach normalize exp log".split(
    " ",
  ),
);

export function readFakeLoss(text: string): FakeLoss {
  const code = text.replace(/#.*/gu, (comment) => " ".repeat(comment.length));
  const numbers = bareNumbers(code);
  const beta = numbers.find(({ name }) => name === "beta")?.value ?? 0;
  return {
    discounted: /gamma\s*(\*\*|\^)\s*t/u.test(code),
    entropyWeight: /entropy/u.test(code) ? beta : 0,
    sign: /loss\s*=\s*-/u.test(code) ? 1 : -1,
    mean: /log_pi\s*\)\s*\.mean/u.test(code),
    numbers,
    diagnostics: [...unknownNames(code), ...unbalanced(code)],
  };
}

function bareNumbers(code: string): BareNumberView[] {
  return [...code.matchAll(/^(\s*(\w+)\s*=\s*)(-?\d[\w.+-]*)\s*$/gmu)].map((match) => {
    const start = match.index + match[1]!.length;
    return { name: match[2]!, value: Number(match[3]), start, end: start + match[3]!.length };
  });
}

function unknownNames(code: string): Diagnostic[] {
  const own = new Set([...code.matchAll(/^\s*(\w+)\s*=/gmu)].map((match) => match[1]!));
  return [...code.matchAll(/\b[a-zA-Z_]\w*/gu)]
    .filter(([name]) => !known.has(name) && !own.has(name))
    .filter((match) => !/[\d.]/u.test(code[match.index - 1] ?? " ") || code[match.index - 1] === ".")
    .map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      severity: "error" as const,
      code: "unknown_name",
      message: `There is no name "${match[0]}".`,
      hint: "Known here: t, r, gamma, log_pi, entropy, logits, pi, a, N, T, alpha.",
    }));
}

function unbalanced(code: string): Diagnostic[] {
  const open: number[] = [];
  for (let i = 0; i < code.length; i++) {
    if (code[i] === "(") open.push(i);
    if (code[i] === ")" && open.pop() === undefined) return [bracket(i, "This bracket closes nothing.")];
  }
  return open.length === 0 ? [] : [bracket(open.at(-1)!, "This bracket is never closed.")];
}

function bracket(at: number, message: string): Diagnostic {
  return { start: at, end: at + 1, severity: "error", code: "bracket", message, hint: 'Expected ")".' };
}

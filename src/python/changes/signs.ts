import { insertAt, type ScriptChange, type TextEdit } from "../change.ts";
import type { TrainingScript } from "../meaning.ts";
import { binary, negated, parts, type SyntaxNode } from "../script.ts";
import { factorsOf, type Term, termsWith } from "../terms.ts";

/** The policy's term enters with a plus: a minus in front of it. */
export function turnPolicyTerm(training: TrainingScript): readonly ScriptChange[] {
  return turned(
    training,
    termsWith(training, training.isLogProb),
    "put a minus in front of the policy's term",
  );
}

/** The entropy enters with a plus: it is to be subtracted. */
export function turnEntropyTerm(training: TrainingScript): readonly ScriptChange[] {
  return turned(training, termsWith(training, training.isEntropy), "subtract the entropy");
}

function turned(training: TrainingScript, terms: readonly Term[], title: string): readonly ScriptChange[] {
  const wrong = terms.find(({ isNegative }) => !isNegative);
  return wrong ? [{ title, edits: turnSign(training, wrong) }] : [];
}

const loose = /^(ConditionalExpression|LambdaExpression)$/;

/** Edits that turn the sign of a term where it stands. */
function turnSign(training: TrainingScript, { whole, core }: Term): readonly TextEdit[] {
  const { script } = training;
  const parent = whole.parent && binary(whole.parent, script);
  if (parent && (parent.operator === "+" || parent.operator === "-") && parent.right.from === whole.from) {
    return [{ from: parent.sign.from, to: parent.sign.to, text: parent.operator === "+" ? "-" : "+" }];
  }
  const minus = [whole, factorsOf(core, training)[0]!].find((node) => negated(node, script));
  if (minus) return [withoutMinus(minus)];
  const inner = binary(whole, script);
  const needsBrackets = loose.test(whole.name) || inner?.operator === "+" || inner?.operator === "-";
  return needsBrackets ? [insertAt(whole.from, "-("), insertAt(whole.to, ")")] : [insertAt(whole.from, "-")];
}

function withoutMinus(node: SyntaxNode): TextEdit {
  return { from: node.from, to: parts(node)[1]!.from, text: "" };
}

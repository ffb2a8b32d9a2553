import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { LossLanguage } from "./language.ts";

/** Offers the language's names and operators, each with its signature. */
export function completion(language: LossLanguage): Extension {
  const options: Completion[] = language.completions.map((entry) => ({
    label: entry.name,
    type: entry.kind,
    detail: entry.signature,
    info: entry.documentation,
  }));
  const source = (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*/u);
    if (word === null && !context.explicit) return null;
    if (isComment(context)) return null;
    return {
      from: word?.from ?? context.pos,
      options: [...ownNames(context, options), ...options],
      validFor: /^[\p{L}\p{N}_]*$/u,
    };
  };
  return autocompletion({ override: [source], icons: false, closeOnBlur: true });
}

function isComment(context: CompletionContext): boolean {
  const line = context.state.doc.lineAt(context.pos);
  return line.text.slice(0, context.pos - line.from).includes("#");
}

/** Names that the text itself gives on the lines above. */
function ownNames(context: CompletionContext, known: readonly Completion[]): Completion[] {
  const text = context.state.doc.sliceString(0, context.state.doc.lineAt(context.pos).from);
  const taken = new Set(known.map((option) => option.label));
  const names = [...text.matchAll(/^\s*([\p{L}_][\p{L}\p{N}_]*)\s*=(?!=)/gmu)].map((match) => match[1]!);
  return [...new Set(names)]
    .filter((name) => !taken.has(name))
    .map((label) => ({ label, type: "variable", detail: "defined above", boost: 1 }));
}

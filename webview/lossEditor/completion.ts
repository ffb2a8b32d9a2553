import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  pickedCompletion,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { type Suggestion, suggestionsAt } from "../../src/loss/editing/suggestions.ts";
import { showSignature } from "./signatureTip.ts";

/** What stands nearest to the author's own text comes first. */
const boosts = { parameter: 20, definition: 10, head: 5, data: 2, operator: 0 } as const;

/** Offers what fits at the cursor: names, operators with their signatures, keywords of the call around it. */
export const completion: Extension = autocompletion({ override: [source], icons: false, closeOnBlur: true });

function source(context: CompletionContext): CompletionResult | null {
  const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*/u);
  if (word === null && !context.explicit && context.matchBefore(/[\p{L}_)\]]\./u) === null) return null;
  const suggestions = suggestionsAt(context.state.doc.toString(), context.pos);
  if (suggestions.length === 0) return null;
  return {
    from: word?.from ?? context.pos,
    options: suggestions.map(toOption),
    validFor: /^[\p{L}\p{N}_]*$/u,
  };
}

function toOption(suggestion: Suggestion): Completion {
  const { name, kind, signature, detail, documentation } = suggestion;
  const isCall = kind === "operator";
  return {
    label: name,
    type: isCall ? "function" : "variable",
    detail: isCall ? signature.slice(name.length) : detail,
    boost: boosts[kind],
    ...(documentation !== "" && { info: documentation }),
    ...(suggestion.insert && { apply: insertCall(suggestion.insert) }),
  };
}

/** Puts a call into the text with the cursor where its first argument goes; brackets that are there are not doubled. */
function insertCall({ before, after }: NonNullable<Suggestion["insert"]>): NonNullable<Completion["apply"]> {
  return (view: EditorView, picked: Completion, from: number, to: number) => {
    const isThere = view.state.sliceDoc(to, to + 1) === "(";
    const insert = isThere ? before.replace(/\(\)?$/u, "") : before + after;
    const anchor = from + (isThere ? insert.length + 1 : before.length);
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor },
      userEvent: "input.complete",
      annotations: pickedCompletion.of(picked),
    });
    if (after !== "") showSignature(view);
  };
}

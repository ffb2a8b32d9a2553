import { closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, tooltips } from "@codemirror/view";
import type { NodeView } from "../../src/protocol/views.ts";
import { completion } from "./completion.ts";
import { highlighting } from "./highlight.ts";
import { nodeHover } from "./hover.ts";
import { inlays } from "./inlays.ts";
import type { LossLanguage } from "./language.ts";
import { directTyping } from "./typing.ts";

/** What the text editor asks of and tells the page. */
export interface EditorPort {
  readonly nonce: string;
  readonly language: LossLanguage;
  readonly edited: (text: string) => void;
  readonly apply: () => void;
  readonly node: (text: string, offset: number) => Promise<NodeView | null>;
}

/** A CodeMirror editor for a loss text. Tab leaves it, so that the keyboard is never caught. */
export function createEditor(parent: HTMLElement, text: string, port: EditorPort): EditorView {
  const apply = {
    key: "Mod-Enter",
    run: () => {
      port.apply();
      return true;
    },
  };
  const state = EditorState.create({
    doc: text,
    extensions: [
      EditorView.cspNonce.of(port.nonce),
      lineNumbers(),
      history(),
      directTyping,
      bracketMatching(),
      closeBrackets(),
      EditorView.lineWrapping,
      tooltips({ position: "fixed", parent: document.body }),
      EditorView.contentAttributes.of({ "aria-label": "Loss" }),
      keymap.of([apply, ...historyKeymap, ...defaultKeymap]),
      highlighting(port.language),
      completion(port.language),
      inlays,
      nodeHover(port.node),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) port.edited(update.state.doc.toString());
      }),
    ],
  });
  return new EditorView({ state, parent });
}

/** Puts another text into the editor as one edit that can be undone, touching only what differs. */
export function replaceText(view: EditorView, text: string): void {
  const before = view.state.doc.toString();
  if (before === text) return;
  const { from, to, insert } = smallestChange(before, text);
  view.dispatch({ changes: { from, to, insert } });
}

/** The shortest stretch that has to be replaced to turn one text into another. */
export function smallestChange(before: string, after: string): { from: number; to: number; insert: string } {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let tail = 0;
  while (tail < shorter - from && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}

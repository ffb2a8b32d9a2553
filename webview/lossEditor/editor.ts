import { closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, tooltips } from "@codemirror/view";
import type { NodeView } from "../../src/protocol/views.ts";
import { completion } from "./completion.ts";
import { problemKeys } from "./diagnostics.ts";
import { fixMenu } from "./fixMenu.ts";
import { formatting } from "./formatting.ts";
import { highlighting } from "./highlight.ts";
import { nodeHover } from "./hover.ts";
import { inlays } from "./inlays.ts";
import { lossReading } from "./reading.ts";
import { renaming } from "./renameTip.ts";
import { signatureHelp } from "./signatureTip.ts";
import { directTyping } from "./typing.ts";

/** What the text editor asks of and tells the page. */
export interface EditorPort {
  readonly nonce: string;
  /** What it is called to those who do not see it; "Loss" where it is left out. */
  readonly label?: string;
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
      lossReading,
      lineNumbers(),
      history(),
      directTyping,
      bracketMatching(),
      closeBrackets(),
      EditorView.lineWrapping,
      tooltips({ position: "fixed", parent: document.body }),
      EditorView.contentAttributes.of({ "aria-label": port.label ?? "Loss" }),
      highlighting,
      completion,
      Prec.high([problemKeys, fixMenu, renaming, formatting]),
      keymap.of([apply, ...historyKeymap, ...defaultKeymap]),
      inlays,
      nodeHover(port.node),
      signatureHelp,
      EditorView.updateListener.of((update) => {
        if (update.docChanged) port.edited(update.state.doc.toString());
      }),
    ],
  });
  return new EditorView({ state, parent });
}

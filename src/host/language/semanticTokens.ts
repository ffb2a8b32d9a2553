import * as vscode from "vscode";
import { type TokenMeaning, tokensOf } from "../../loss/editing/tokens.ts";
import type { LossReader } from "./lossReader.ts";

/** The editor's token types; `head`, `data` and `slider` are the extension's own, named in its manifest. */
const types = ["variable", "function", "parameter", "namespace", "head", "data", "slider"] as const;
const modifiers = ["declaration"] as const;

export const lossTokenLegend = new vscode.SemanticTokensLegend([...types], [...modifiers]);

interface Style {
  readonly type: (typeof types)[number];
  readonly modifier?: (typeof modifiers)[number];
}

/** What the grammar cannot tell apart: the rest keeps the grammar's colours. */
const styles: Readonly<Partial<Record<TokenMeaning, Style>>> = {
  declaration: { type: "variable", modifier: "declaration" },
  definition: { type: "variable" },
  operator: { type: "function" },
  parameter: { type: "parameter" },
  module: { type: "namespace" },
  head: { type: "head" },
  data: { type: "data" },
  slider: { type: "slider" },
};

/** Colours names by what they refer to: a line that redefines `r` makes every later `r` a definition. */
export function lossSemanticTokens(reader: LossReader): vscode.DocumentSemanticTokensProvider {
  return {
    provideDocumentSemanticTokens(document) {
      const builder = new vscode.SemanticTokensBuilder(lossTokenLegend);
      for (const { start, end, meaning } of tokensOf(reader.read(document))) {
        const style = styles[meaning];
        const from = document.positionAt(start);
        if (style === undefined || document.positionAt(end).line !== from.line) continue;
        const bits = style.modifier === undefined ? 0 : 1 << modifiers.indexOf(style.modifier);
        builder.push(from.line, from.character, end - start, types.indexOf(style.type), bits);
      }
      return builder.build();
    },
  };
}

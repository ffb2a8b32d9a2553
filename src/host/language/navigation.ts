import * as vscode from "vscode";
import { foldsOf } from "../../loss/editing/folding.ts";
import { type OutlineItem, outlineOf } from "../../loss/editing/outline.ts";
import { definitionAt, referencesAt } from "../../loss/editing/references.ts";
import type { LossReader } from "./lossReader.ts";
import { toRange } from "./positions.ts";

export const lossDefinitions: vscode.DefinitionProvider = {
  provideDefinition(document, position) {
    const word = definitionAt(document.getText(), document.offsetAt(position));
    return word && new vscode.Location(document.uri, toRange(document, word));
  },
};

export const lossReferences: vscode.ReferenceProvider = {
  provideReferences(document, position, { includeDeclaration }) {
    const found = referencesAt(document.getText(), document.offsetAt(position));
    if (found === undefined) return [];
    const words = includeDeclaration ? [...found.declarations, ...found.uses] : found.uses;
    return words.map((word) => new vscode.Location(document.uri, toRange(document, word)));
  },
};

export const lossHighlights: vscode.DocumentHighlightProvider = {
  provideDocumentHighlights(document, position) {
    const found = referencesAt(document.getText(), document.offsetAt(position));
    if (found === undefined) return [];
    const { Write, Read } = vscode.DocumentHighlightKind;
    return [
      ...found.declarations.map((word) => new vscode.DocumentHighlight(toRange(document, word), Write)),
      ...found.uses.map((word) => new vscode.DocumentHighlight(toRange(document, word), Read)),
    ];
  },
};

const symbolKinds: Readonly<Record<OutlineItem["kind"], vscode.SymbolKind>> = {
  number: vscode.SymbolKind.Number,
  value: vscode.SymbolKind.Variable,
  result: vscode.SymbolKind.Function,
  rule: vscode.SymbolKind.Event,
};

export function lossSymbols(reader: LossReader): vscode.DocumentSymbolProvider {
  return {
    provideDocumentSymbols(document) {
      return outlineOf(reader.read(document)).map(
        ({ name, detail, kind, nameRange, start, end }) =>
          new vscode.DocumentSymbol(
            name,
            detail,
            symbolKinds[kind],
            toRange(document, { start, end }),
            toRange(document, nameRange),
          ),
      );
    },
  };
}

export function lossFolding(reader: LossReader): vscode.FoldingRangeProvider {
  return {
    provideFoldingRanges(document) {
      return foldsOf(reader.read(document)).map(
        ({ first, last, kind }) =>
          new vscode.FoldingRange(
            first,
            last,
            kind === "comment" ? vscode.FoldingRangeKind.Comment : undefined,
          ),
      );
    },
  };
}

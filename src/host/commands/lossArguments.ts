import * as vscode from "vscode";
import { lossLanguageId } from "../viewNames.ts";

/** What a command about a loss file may be told. */
export interface LossTarget {
  readonly uri: string | undefined;
  /** Line of an update rule, counted from 0. */
  readonly line: number | undefined;
  /** Ask for the run even where one is at hand. */
  readonly pick: boolean;
  /** A rule or a loss instead of a file's. */
  readonly text: string | undefined;
}

/** Reads a command's first argument; what is no such thing is left out. */
export function lossTargetOf([argument]: readonly unknown[]): LossTarget {
  const given = (typeof argument === "object" && argument !== null ? argument : {}) as Record<
    string,
    unknown
  >;
  return {
    uri: typeof given.uri === "string" ? given.uri : undefined,
    line: Number.isSafeInteger(given.line) ? (given.line as number) : undefined,
    pick: given.pick === true,
    text: typeof given.text === "string" ? given.text : undefined,
  };
}

/** The loss file that is named, else the one in the active editor. */
export function lossDocument({ uri }: LossTarget): vscode.TextDocument | undefined {
  const { activeTextEditor } = vscode.window;
  const documents = vscode.workspace.textDocuments.filter(({ languageId }) => languageId === lossLanguageId);
  if (uri !== undefined) return documents.find((document) => document.uri.toString() === uri);
  return documents.find((document) => document === activeTextEditor?.document);
}

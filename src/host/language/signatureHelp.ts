import * as vscode from "vscode";
import { signatureAt } from "../../loss/editing/signature.ts";
import { escapeMarkdown } from "./nodeMarkdown.ts";

/** Shows an operator's signature while its arguments are written, with the one at the cursor picked out. */
export const lossSignatures: vscode.SignatureHelpProvider = {
  provideSignatureHelp(document, position) {
    const found = signatureAt(document.getText(), document.offsetAt(position));
    if (found === undefined) return undefined;
    const { label, documentation, parameters, active } = found;
    const signature = new vscode.SignatureInformation(label, markdown(documentation));
    signature.parameters = parameters.map(
      (one) => new vscode.ParameterInformation([one.start, one.end], markdown(one.documentation)),
    );
    const help = new vscode.SignatureHelp();
    help.signatures = [signature];
    help.activeSignature = 0;
    // Past the last parameter none is picked out.
    help.activeParameter = active ?? parameters.length;
    return help;
  },
};

export const signatureTriggers: vscode.SignatureHelpProviderMetadata = {
  triggerCharacters: ["(", ","],
  retriggerCharacters: [")", "="],
};

function markdown(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString(escapeMarkdown(text));
}

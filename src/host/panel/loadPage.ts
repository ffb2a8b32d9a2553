import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { panelHtml } from "./panelHtml.ts";

/**
 * Loads one of our pages, `dist/NAME.js` with its style, into a webview that may read nothing else; `page` names what a
 * bundle of several pages is to show.
 */
export function loadPage(
  { webview }: vscode.WebviewPanel,
  extensionUri: vscode.Uri,
  name: string,
  title: string,
  page?: "trace",
): void {
  const folders = ["dist", "media"].map((folder) => vscode.Uri.joinPath(extensionUri, folder));
  webview.options = { enableScripts: true, localResourceRoots: folders };
  const file = (ending: string) =>
    webview.asWebviewUri(vscode.Uri.joinPath(folders[0]!, `${name}.${ending}`)).toString();
  webview.html = panelHtml({
    cspSource: webview.cspSource,
    nonce: randomBytes(18).toString("base64"),
    script: file("js"),
    styles: [file("css")],
    title,
    ...(page !== undefined && { page }),
  });
}

/** Whether the editor is set to show less motion, whatever the system says. */
export function reducesMotion(): boolean {
  return vscode.workspace.getConfiguration("workbench").get<string>("reduceMotion", "auto") === "on";
}

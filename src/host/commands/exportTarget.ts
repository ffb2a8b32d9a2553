import path from "node:path";
import * as vscode from "vscode";
import type { ExportFormat } from "../../protocol/engine.ts";

/** How a format's file ends. */
const endings: Readonly<Record<ExportFormat, string>> = {
  csv: "csv",
  pgtrace: "pgtrace",
  pytorch: "pytorch.py",
  numpy: "numpy.py",
};

/** Asks where to write an export; `stem` is the proposed name without its ending. */
export async function chooseTarget(
  folder: string,
  stem: string,
  to: ExportFormat,
): Promise<string | undefined> {
  const name = `${stem}.${endings[to]}`;
  const defaultUri = vscode.Uri.file(path.join(folder, name));
  const ending = path.extname(name).slice(1);
  const target = await vscode.window.showSaveDialog({ defaultUri, filters: { [ending]: [ending] } });
  return target?.fsPath;
}

/** Programs name the file to write in the argument `to`. */
export function exportPath([target]: readonly unknown[]): string | undefined {
  const to = (target as { to?: unknown } | undefined)?.to;
  return typeof to === "string" && path.isAbsolute(to) ? to : undefined;
}

import * as vscode from "vscode";

const folderName = ".policy-gradient";

/** Where runs of this window are written: the first open folder on disk, else the extension's storage. */
export function runsFolder(storage: vscode.Uri): vscode.Uri {
  const folder = workspaceRunsFolders()[0];
  return folder ?? vscode.Uri.joinPath(storage, "runs");
}

/** The runs folders of all open folders that lie on disk. */
export function workspaceRunsFolders(): vscode.Uri[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === "file")
    .map(({ uri }) => vscode.Uri.joinPath(uri, folderName, "runs"));
}

/** Every folder whose runs are listed; the storage is one of them only where no folder is open. */
export function listedRunsFolders(storage: vscode.Uri): vscode.Uri[] {
  const folders = workspaceRunsFolders();
  return folders.length > 0 ? folders : [vscode.Uri.joinPath(storage, "runs")];
}

/** Creates the folder; in a workspace, with a .gitignore of its own that keeps it out of version control. */
export async function prepareRunsFolder(folder: vscode.Uri): Promise<void> {
  await prepareFolder(folder, folder.path.endsWith(`/${folderName}/runs`));
}

/** The same of the folder of sweeps. */
export async function prepareSweepsFolder(folder: vscode.Uri): Promise<void> {
  await prepareFolder(folder, folder.path.endsWith(`/${folderName}/sweeps`));
}

async function prepareFolder(folder: vscode.Uri, isInWorkspace: boolean): Promise<void> {
  const { fs } = vscode.workspace;
  await fs.createDirectory(folder);
  if (!isInWorkspace) return;
  if ((await fileNames(folder)).includes(".gitignore")) return;
  await fs.writeFile(vscode.Uri.joinPath(folder, ".gitignore"), new TextEncoder().encode("*\n"));
}

/** The names of the files in a folder; none where it does not exist. */
export async function fileNames(folder: vscode.Uri): Promise<string[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    return entries.map(([name]) => name);
  } catch {
    return [];
  }
}

/** The folder of an open folder's sweeps, for every open folder on disk. */
export function sweepsFolders(): vscode.Uri[] {
  return workspaceRunsFolders().map((runs) => vscode.Uri.joinPath(runs, "..", "sweeps"));
}

/** The folders of all sweeps of the open folders, by name. */
export async function sweepFolders(): Promise<string[]> {
  const lists = await Promise.all(
    sweepsFolders().map(async (folder) => {
      const names = await folderNames(folder);
      return names.map((name) => vscode.Uri.joinPath(folder, name).fsPath);
    }),
  );
  return lists.flat().sort();
}

async function folderNames(folder: vscode.Uri): Promise<string[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    return entries.flatMap(([name, type]) => (type === vscode.FileType.Directory ? [name] : []));
  } catch {
    return [];
  }
}

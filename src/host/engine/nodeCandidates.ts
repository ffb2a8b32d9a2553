import path from "node:path";

/** Where a Node was looked for, in words a person can act on. */
export type NodeOrigin = "setting" | "extension" | "path" | "editor";

export interface NodeCandidate {
  readonly origin: NodeOrigin;
  readonly path: string;
  /** Set where the program is Electron and has to be told to behave as Node. */
  readonly runAsNode: boolean;
}

export interface NodePlaces {
  /** The setting `policyGradient.engine.nodePath`; empty for none. */
  readonly setting: string;
  readonly extensionFolder: string;
  /** The environment variable PATH. */
  readonly searchPath: string;
  readonly editor: string;
  readonly platform: NodeJS.Platform;
}

/**
 * The programs that might be a Node, best first: the setting · one beside the extension · the PATH ·
 * the editor's own. Relative entries of the PATH are left out, because they would name a program
 * of whatever folder happens to be open.
 */
export function nodeCandidates(places: NodePlaces): NodeCandidate[] {
  const rules = places.platform === "win32" ? path.win32 : path.posix;
  const program = places.platform === "win32" ? "node.exe" : "node";
  const searched = places.searchPath
    .split(rules.delimiter)
    .filter((folder) => rules.isAbsolute(folder))
    .map((folder) => rules.join(folder, program));
  const beside = [
    rules.join(places.extensionFolder, "node_modules", "node", "bin", program),
    rules.join(places.extensionFolder, "dist", "node", program),
  ];
  const setting = places.setting.trim();
  return withoutRepeats([
    ...(setting === "" ? [] : [candidate("setting", setting)]),
    ...beside.map((file) => candidate("extension", file)),
    ...searched.map((file) => candidate("path", file)),
    { origin: "editor", path: places.editor, runAsNode: true },
  ]);
}

function candidate(origin: NodeOrigin, file: string): NodeCandidate {
  return { origin, path: file, runAsNode: false };
}

function withoutRepeats(candidates: readonly NodeCandidate[]): NodeCandidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ path: file, runAsNode }) => {
    const key = `${runAsNode}:${file}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

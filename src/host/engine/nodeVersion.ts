/** The oldest Node that can run the engine: the first with an unflagged `node:sqlite`. */
export const oldestNode = { major: 22, minor: 13 } as const;

export interface NodeVersion {
  readonly major: number;
  readonly minor: number;
  readonly text: string;
}

/** Reads what `node --version` prints, e.g. "v24.1.0"; undefined where it is something else. */
export function parseNodeVersion(output: string): NodeVersion | undefined {
  const match = /^v(\d{1,4})\.(\d{1,4})\.\d{1,4}\S*$/.exec(output.trim());
  if (match === null) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]), text: output.trim().slice(1) };
}

export function isNewEnough(version: NodeVersion): boolean {
  if (version.major !== oldestNode.major) return version.major > oldestNode.major;
  return version.minor >= oldestNode.minor;
}

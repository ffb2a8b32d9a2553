/** How far an installation is: a step in words, and bytes where they are counted. */
export interface InstallProgress {
  readonly step: string;
  readonly done?: number;
  readonly total?: number;
}

/** What an installation is given: where to report, when to stop, and the environment whose programs it may use. */
export interface InstallWork {
  readonly report: (progress: InstallProgress) => void;
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
  /** Python programs to look at before those of the environment, absolute. */
  readonly pythons: readonly string[];
}

/** 274 MB, 1.2 GB. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toPrecision(2)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

/** What went wrong with a run file, by name; `runErrorCodes` holds the sentence of each. */
export type RunErrorCode =
  | "missing"
  | "noFolder"
  | "exists"
  | "foreign"
  | "damaged"
  | "newer"
  | "writing"
  | "locked"
  | "readOnly"
  | "full"
  | "unreadable"
  | "inputOutput";

/** One line for each code: what is wrong with the file, and the next step. */
export const runErrorCodes: Readonly<Record<RunErrorCode, (file: string) => string>> = {
  missing: (file) => `${file} does not exist; check the path, or list the runs of a folder with "pgi runs"`,
  noFolder: (file) => `${file} cannot be written because its folder does not exist; create the folder first`,
  exists: (file) => `${file} exists already; choose another name, or replace it with --force`,
  foreign: (file) => `${file} is not a run file; give a *.pgrun written by "pgi train"`,
  damaged: (file) =>
    `${file} is damaged or cut off; restore a whole copy (with its -wal file if there is one), or train again`,
  newer: (file) => `${file} was written by a newer version; update Policy Gradient Inspector to open it`,
  writing: (file) =>
    `${file} is being written by another process; stop that training first, or write elsewhere`,
  locked: (file) => `${file} is locked by another program; close that program and try again`,
  readOnly: (file) =>
    `${file} cannot be written because it or its folder is read-only; change its permissions, or write elsewhere`,
  full: (file) =>
    `${file} cannot grow because the disk is full; free some space and resume, what was written so far is kept`,
  unreadable: (file) => `${file} cannot be opened; check that it is a file and that you may read it`,
  inputOutput: (file) => `${file}: the disk reported an error; check the drive, then open the run again`,
};

/** A run file that cannot be used as asked. `message` is one line that names the file and the next step. */
export class RunError extends Error {
  readonly code: RunErrorCode;
  readonly path: string;

  constructor(code: RunErrorCode, path: string, cause?: unknown) {
    super(runErrorCodes[code](path), cause === undefined ? undefined : { cause });
    this.name = "RunError";
    this.code = code;
    this.path = path;
  }
}

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that a file, not a mistake of ours, causes. */
const bySqliteCode: Readonly<Record<number, RunErrorCode>> = {
  3: "readOnly",
  5: "locked",
  6: "locked",
  8: "readOnly",
  10: "inputOutput",
  11: "damaged",
  13: "full",
  14: "unreadable",
  23: "unreadable",
  26: "foreign",
};

const bySystemCode: Readonly<Record<string, RunErrorCode>> = {
  EACCES: "readOnly",
  EBUSY: "locked",
  EDQUOT: "full",
  EEXIST: "exists",
  EFBIG: "full",
  EIO: "inputOutput",
  EISDIR: "unreadable",
  ENOENT: "missing",
  ENOSPC: "full",
  ENOTDIR: "noFolder",
  EPERM: "readOnly",
  EROFS: "readOnly",
  // An integer beyond 2^53 in a column, which node:sqlite reports when the row is read.
  ERR_OUT_OF_RANGE: "damaged",
};

/** SQLite's extended result code of an error that `node:sqlite` threw; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}

/** Turns an error of SQLite or of the file system into a RunError; mistakes of ours pass unchanged. */
export function asRunError(error: unknown, path: string): unknown {
  if (error instanceof RunError) return error;
  const extended = sqliteCode(error);
  const code = extended === undefined ? systemErrorCode(error) : sqliteErrorCode(extended);
  return code === undefined ? error : new RunError(code, path, error);
}

/** SQLITE_IOERR_SHORT_READ, SQLITE_IOERR_CORRUPTFS, SQLITE_IOERR_DATA: the file ended, or its pages do not fit. */
const damagingReads: ReadonlySet<number> = new Set([522, 8458, 8202]);

function sqliteErrorCode(extended: number): RunErrorCode | undefined {
  return damagingReads.has(extended) ? "damaged" : bySqliteCode[extended & 0xff];
}

function systemErrorCode(error: unknown): RunErrorCode | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? bySystemCode[error.code] : undefined;
}

/** Runs an action on a file; what the file causes is thrown as a RunError that names `path`. */
export function withRunErrors<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw asRunError(error, path);
  }
}

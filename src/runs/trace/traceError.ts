/** A trace that cannot be read. `message` is one line: the file, the line where there is one, and what is allowed. */
export class TraceError extends Error {
  readonly path: string;
  /** Counted from 1; undefined where the whole file is meant. */
  readonly line: number | undefined;

  constructor(path: string, line: number | undefined, problem: string) {
    super(`${path}${line === undefined ? "" : `:${line}`}: ${problem}`);
    this.name = "TraceError";
    this.path = path;
    this.line = line;
  }
}

/** What is wrong with one line's content, before the reader adds the file and the line. */
export class LineProblem extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = "LineProblem";
  }
}

/** A foreign text for a message: cut, without control characters, quoted. */
export function quoted(text: string): string {
  const cut = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return JSON.stringify(cut);
}

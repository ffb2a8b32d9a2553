import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { UserError } from "../userError.ts";
import { type Frame, FrameReader, frameKinds, kindOf } from "./frames.ts";

/** Trouble on Python's side: one line for a person, and the whole text for the log. */
export class PythonError extends UserError {
  /** Traceback or standard error, as Python printed it. */
  readonly detail: string;

  constructor(code: string, message: string, detail: string, hint?: string) {
    super(code, message, hint);
    this.name = "PythonError";
    this.detail = detail;
  }
}

interface Waiting {
  readonly kind: number;
  readonly resolve: (body: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** Characters of standard error that are kept, the last ones. */
const keptOfStandardError = 65_536;
/** Milliseconds that a closing Python may take. */
const closingMilliseconds = 1000;

/**
 * A Python that answers frames in the order in which they are asked. It ends with its standard input,
 * so it never outlives this process.
 */
export class PythonProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #reader = new FrameReader();
  readonly #waiting: Waiting[] = [];
  readonly #ended: Promise<void>;
  #standardError = "";
  #failure: PythonError | undefined;
  #isClosing = false;

  /** Starts `python script`; no shell. What cannot be started fails the first request. */
  constructor(python: string, script: string, folder: string) {
    this.#child = spawn(python, [script], {
      cwd: folder,
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    this.#child.stdout.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#standardError = (this.#standardError + text).slice(-keptOfStandardError);
    });
    // A broken pipe is told by the end of the process, which says more.
    this.#child.stdin.on("error", () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error: NodeJS.ErrnoException) => {
        this.#fail(startError(python, error));
        resolve();
      });
      this.#child.once("close", (code, signal) => {
        this.#fail(this.#endError(code, signal));
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What Python wrote to standard error, the end of it. */
  get standardError(): string {
    return this.#standardError;
  }

  /** Sends a request, a whole frame. @returns the reply's body. Rejects with a PythonError. */
  ask(frame: Uint8Array): Promise<Uint8Array> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ kind: kindOf(frame), resolve, reject });
      this.#child.stdin.write(frame);
    });
  }

  /** Ends Python: by the end of its input, and by force where that takes too long. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#child.stdin.end();
    const force = setTimeout(() => this.#child.kill("SIGKILL"), closingMilliseconds);
    await this.#ended;
    clearTimeout(force);
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (const frame of this.#reader.push(chunk)) this.#answer(frame);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#fail(
        new PythonError("python_garbled", `Python answered with ${error.message}.`, this.#standardError),
      );
      this.#child.kill("SIGKILL");
    }
  }

  #answer({ kind, body }: Frame): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined || (kind !== frameKinds.failure && kind !== waiting.kind)) {
      throw new RangeError(`a frame of kind ${kind} that nobody asked for`);
    }
    if (kind === frameKinds.failure) waiting.reject(readFailure(body));
    else waiting.resolve(body);
  }

  #fail(error: PythonError): void {
    this.#failure ??= error;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#failure);
  }

  #endError(code: number | null, signal: NodeJS.Signals | null): PythonError {
    if (this.#isClosing) return new PythonError("python_closed", "Python was ended.", "");
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    const last = this.#standardError.trim().split("\n").at(-1) ?? "";
    const said = last === "" ? "" : ` It said last: ${last.slice(0, 300)}`;
    return new PythonError("python_ended", `Python ended ${how}.${said}`, this.#standardError);
  }
}

function startError(python: string, error: NodeJS.ErrnoException): PythonError {
  const reason = error.code === "ENOENT" ? "there is no such program" : error.message;
  return new PythonError(
    "python_missing",
    `Python (${python}) cannot be started: ${reason}.`,
    "",
    pythonHint,
  );
}

/** How to say which Python is meant. */
export const pythonHint = "Name one with --python PATH, or by the setting policyGradient.python.";

/** A failure that the bridge told. The fields are checked: a frame is data. */
function readFailure(body: Uint8Array): PythonError {
  const failure: unknown = JSON.parse(new TextDecoder().decode(body));
  const field = (name: string) => {
    const value: unknown = Object(failure)[name];
    return typeof value === "string" ? value : "";
  };
  const during = field("code") === "environment_raised" ? `${duringWords[field("during")] ?? ""}` : "";
  return new PythonError(field("code"), `${during}${field("message")}`, field("traceback"));
}

const duringWords: Readonly<Record<string, string>> = {
  make: "The environment cannot be made. ",
  reset: "The environment's reset raised ",
  step: "The environment's step raised ",
};

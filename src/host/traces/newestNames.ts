import path from "node:path";
import * as vscode from "vscode";
import type { RecordedNamesView } from "../../protocol/traceViews.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import { findTraces, type TraceFile } from "./findTraces.ts";

/** Traces that are asked whether they are of a script, newest first. */
const mostTraces = 8;
/** Milliseconds for which the list of traces is believed, and at least what was read from them. */
const life = 2000;
/** A trace that is being written is read anew only after so many times what reading it took. */
const patience = 10;
const mostScripts = 32;

interface Known {
  readonly until: number;
  readonly names: RecordedNamesView | undefined;
}

/** What the newest trace of a script holds. Says nothing, and starts no engine, where the workspace has no trace. */
export class NewestNames {
  readonly #engine: EngineHost;
  readonly #log: vscode.LogOutputChannel;
  readonly #known = new Map<string, Known>();
  #list: { readonly at: number; readonly files: Promise<readonly TraceFile[]> } | undefined;

  constructor(engine: EngineHost, log: vscode.LogOutputChannel) {
    this.#engine = engine;
    this.#log = log;
  }

  /** The names that the newest trace of a script recorded, as of a moment ago. */
  async of({ fsPath }: vscode.Uri, limit: AbortSignal): Promise<RecordedNamesView | undefined> {
    const begun = Date.now();
    const known = this.#known.get(fsPath);
    if (known !== undefined && begun < known.until) return known.names;
    const read = await this.#read(fsPath, limit);
    const names = limit.aborted ? known?.names : read;
    const now = Date.now();
    const taken = now - begun;
    // The engine goes on reading where nobody waits any longer, and has it ready soon.
    const pause = limit.aborted ? 2 * taken : Math.max(life, patience * taken);
    this.#known.delete(fsPath);
    this.#known.set(fsPath, { until: now + pause, names });
    for (const oldest of this.#known.keys()) if (this.#known.size > mostScripts) this.#known.delete(oldest);
    return names;
  }

  async #read(fsPath: string, limit: AbortSignal): Promise<RecordedNamesView | undefined> {
    const files = (await this.#traces()).slice(0, mostTraces);
    for (const file of files) {
      try {
        const names = await this.#engine.call("recordedNames", { path: file.path }, limit);
        if (names.files.some((one) => isSameFile(one, fsPath))) return names;
      } catch (error) {
        // A quiet text is no place to complain of a damaged trace, or of one that takes too long; the next one is asked.
        this.#log.debug(`recorded names: ${error instanceof Error ? error.message : String(error)}`);
        if (limit.aborted) return undefined;
      }
    }
    return undefined;
  }

  #traces(): Promise<readonly TraceFile[]> {
    const now = Date.now();
    if (this.#list === undefined || now - this.#list.at > life) this.#list = { at: now, files: findTraces() };
    return this.#list.files;
  }
}

/** Paths of another machine, or of a moved folder, are told by the file's name. */
export function isSameFile(recorded: string, file: string): boolean {
  return recorded === file || recorded.split(/[\\/]/).at(-1) === path.basename(file);
}

/** Whether a script was changed after its trace was written. */
export async function isOutdated(document: vscode.TextDocument, modified: number): Promise<boolean> {
  if (document.isDirty) return true;
  const { mtime } = await vscode.workspace.fs.stat(document.uri);
  return mtime > modified;
}

import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { OpenTraceView, RecordedNamesView, TraceView } from "../../protocol/traceViews.ts";
import { diagnosisMarkdown } from "../diagnosis/diagnosisMarkdown.ts";
import { OpenTrace } from "./openTrace.ts";
import { recordedNames } from "./recordedNames.ts";
import { traceView } from "./traceView.ts";

interface Entry {
  readonly bytes: number;
  readonly modified: number;
  readonly view: TraceView;
  readonly names: RecordedNamesView;
  readonly markdown: string;
}

const mostEntries = 16;

/**
 * What is known of trace files, read again only where a file has changed. Of a trace that nobody has open it keeps what it
 * told and lets go of the trace itself, so that a file of a million steps does not stay in memory.
 */
export class TraceBook {
  readonly #entries = new Map<string, Entry>();
  readonly #open = new Map<string, OpenTrace>();
  #nextId = 1;

  /** Opens a trace, or reads on where it was open. Throws a UserError that names file and line. */
  open(path: string): OpenTraceView {
    const trace = this.#openAt(path) ?? new OpenTrace(`trace${this.#nextId++}`, path);
    trace.refresh();
    this.#open.set(trace.name, trace);
    return { run: trace.id, overview: trace.overview };
  }

  /** The open trace by whose id updates are asked for; undefined for one whose file was replaced since. */
  find(id: string): OpenTrace | undefined {
    const trace = this.#open.get(nameIn(id));
    return trace?.id === id ? trace : undefined;
  }

  /** Lets go of a trace; says whether one was open by this id. */
  close(id: string): boolean {
    return this.#open.delete(nameIn(id));
  }

  /** What a trace holds and what its updates are. Throws a UserError that names file and line. */
  view(path: string): TraceView {
    return this.#read(path).view;
  }

  /** The names that its scripts recorded, with their newest values. */
  names(path: string): RecordedNamesView {
    return this.#read(path).names;
  }

  /** The diagnosis as a Markdown report. */
  markdown(path: string): string {
    return this.#read(path).markdown;
  }

  #read(path: string): Entry {
    // Looked at before reading: what is written meanwhile makes the next look read again.
    const stats = statSync(path, { throwIfNoEntry: false });
    const [bytes, modified] = [stats?.size ?? 0, stats?.mtimeMs ?? 0];
    const known = this.#entries.get(path);
    this.#entries.delete(path);
    const isFresh = known?.bytes === bytes && known.modified === modified;
    const entry = isFresh ? known : this.#tell(path, { bytes, modified });
    this.#entries.set(path, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > mostEntries) this.#entries.delete(oldest!);
    return entry;
  }

  #tell(path: string, place: { bytes: number; modified: number }): Entry {
    const trace = this.#openAt(path) ?? new OpenTrace("", path);
    trace.refresh();
    const { diagnosis: file } = trace;
    return {
      ...place,
      view: traceView(file, trace.overview),
      names: recordedNames(file.trace, place.modified),
      markdown: diagnosisMarkdown(file.trace, file.diagnosis),
    };
  }

  #openAt(path: string): OpenTrace | undefined {
    for (const trace of this.#open.values()) if (resolve(trace.path) === resolve(path)) return trace;
    return undefined;
  }
}

/** "trace1" of "trace1.2". */
function nameIn(id: string): string {
  return id.split(".", 1)[0]!;
}

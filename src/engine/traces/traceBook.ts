import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { OpenTraceView, RecordedNamesView, TraceView } from "../../protocol/traceViews.ts";
import { diagnosisMarkdown } from "../diagnosis/diagnosisMarkdown.ts";
import { OpenTrace } from "./openTrace.ts";
import { recordedNames } from "./recordedNames.ts";
import { traceView } from "./traceView.ts";

/** What is known of a file as it was at one moment. */
interface Entry {
  readonly bytes: number;
  readonly modified: number;
  readonly names: RecordedNamesView;
  /** Only where it was asked for: names are hovered over without it. */
  readonly diagnosed?: { readonly view: TraceView; readonly markdown: string };
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
    return this.#diagnosed(path).view;
  }

  /** The names that its scripts recorded, with their newest values. */
  names(path: string): RecordedNamesView {
    return this.#read(path, false).names;
  }

  /** The diagnosis as a Markdown report. */
  markdown(path: string): string {
    return this.#diagnosed(path).markdown;
  }

  #diagnosed(path: string): NonNullable<Entry["diagnosed"]> {
    return this.#read(path, true).diagnosed!;
  }

  #read(path: string, isDiagnosed: boolean): Entry {
    // Looked at before reading: what is written meanwhile makes the next look read again.
    const stats = statSync(path, { throwIfNoEntry: false });
    const [bytes, modified] = [stats?.size ?? 0, stats?.mtimeMs ?? 0];
    const known = this.#entries.get(path);
    this.#entries.delete(path);
    const isFresh = known?.bytes === bytes && known.modified === modified;
    const isEnough = isFresh && (known.diagnosed !== undefined || !isDiagnosed);
    const entry = isEnough ? known : this.#tell(path, { bytes, modified }, isDiagnosed);
    this.#entries.set(path, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > mostEntries) this.#entries.delete(oldest!);
    return entry;
  }

  #tell(path: string, place: { bytes: number; modified: number }, isDiagnosed: boolean): Entry {
    const open = this.#openAt(path) ?? new OpenTrace("", path);
    open.refresh();
    const names = recordedNames(open.trace, place.modified);
    if (!isDiagnosed) return { ...place, names };
    const { trace, diagnosis } = open.diagnosis;
    const view = traceView({ trace, diagnosis }, open.overview);
    return { ...place, names, diagnosed: { view, markdown: diagnosisMarkdown(trace, diagnosis) } };
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

import { statSync } from "node:fs";
import type { RecordedNamesView, TraceView } from "../../protocol/traceViews.ts";
import { type DiagnosedFile, diagnoseFile } from "../diagnosis/diagnoseFile.ts";
import { diagnosisMarkdown } from "../diagnosis/diagnosisMarkdown.ts";
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
 * What is known of trace files, read again only where a file has changed. It keeps what it told of a trace and lets go
 * of the trace itself, so that a file of a million steps does not stay in memory.
 */
export class TraceBook {
  readonly #entries = new Map<string, Entry>();

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
    const entry = isFresh ? known : entryOf(diagnoseFile(path), { bytes, modified });
    this.#entries.set(path, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > mostEntries) this.#entries.delete(oldest!);
    return entry;
  }
}

function entryOf(file: DiagnosedFile, place: { bytes: number; modified: number }): Entry {
  return {
    ...place,
    view: traceView(file, place),
    names: recordedNames(file.trace, place.modified),
    markdown: diagnosisMarkdown(file.trace, file.diagnosis),
  };
}

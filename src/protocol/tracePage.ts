import type { TraceView } from "./traceViews.ts";

/** Raised when a message's meaning changes; both ends compare it in `ready`. */
export const tracePageVersion = 2;

/** What the page of a trace shows. */
export interface TracePageState {
  /** The newest diagnosis; null until there is one. */
  readonly trace: TraceView | null;
  /** Why the file cannot be read as it stands; the diagnosis before stays beside it. */
  readonly problem: string | null;
  readonly isReading: boolean;
  readonly reducedMotion: boolean;
}

/** What the page asks of the host: about findings of its own trace, by id. */
export interface TracePageMethods {
  ready: { params: { version: number }; result: TracePageState };
  /** Shows the line of the user's code that a finding is about, where it can be found. */
  openSource: { params: { finding: string }; result: null };
  /** Opens the report with the numbers beside. */
  explain: { params: { finding: string | null }; result: null };
  copyFix: { params: { finding: string }; result: null };
  /** Shows the change of the user's script that mends a finding, for the person to accept; false where none is known. */
  mend: { params: { finding: string }; result: boolean };
  /** Writes one update of the trace as something else; the editor asks as what and where. */
  exportUpdate: { params: { update: number }; result: null };
  /** Opens the diagnosis as a Markdown document of the person's own. */
  saveReport: { params: Record<string, never>; result: null };
}

export interface TracePageEvents {
  state: TracePageState;
}

import type { PanelMethods } from "./panel.ts";
import type { TracePlaceView } from "./traceViews.ts";

/** What a trace's page asks about the findings of its own trace, by id. */
export interface FindingMethods {
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
  /** Where the steps stand that a finding names; null where they are not in an update. */
  placeOf: { params: { finding: string }; result: TracePlaceView | null };
}

/** The panel's questions that a trace has answers to: those that need neither θ nor training. */
export type TraceReadMethod =
  | "curve"
  | "select"
  | "evaluate"
  | "compare"
  | "rows"
  | "rowOf"
  | "series"
  | "step"
  | "explainCell"
  | "node";

/** What the page of a trace calls on the host; it hears the panel's events. */
export type TracePageMethods = Pick<PanelMethods, TraceReadMethod | "ready" | "copy" | "remember"> &
  FindingMethods;

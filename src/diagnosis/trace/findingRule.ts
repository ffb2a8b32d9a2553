import type { Detection, Severity } from "./finding.ts";
import type { Session } from "./session.ts";

/** One row of the table of findings: adding one is one row, one test, one line of docs. */
export interface FindingRule {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  /** Why it matters, what to write instead, and where it is explained. */
  readonly why: string;
  readonly fix: string;
  readonly reference: string;
  /** What the trace shows of it; undefined where it shows nothing. */
  detect(session: Session): Detection | undefined;
  /** Why this trace cannot decide it; undefined where it can. Asked only where nothing was detected. */
  undecided?(session: Session): string | undefined;
}

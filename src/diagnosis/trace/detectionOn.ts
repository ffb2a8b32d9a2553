import type { UpdateEvidence } from "./evidence.ts";
import type { Detection } from "./finding.ts";
import type { Session } from "./session.ts";

/** What whole updates show: a detection on all their rows. */
export function detectionOn(
  session: Session,
  updates: readonly UpdateEvidence[],
  message: string,
  evidence: Detection["evidence"],
): Detection {
  return {
    message,
    evidence,
    rows: updates.flatMap((update) => Array.from(session.rowsOf(update))),
    updates: updates.map(({ number }) => number),
  };
}

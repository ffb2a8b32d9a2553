import { format } from "node:util";
import type { Outcome } from "../test/outcome.ts";

/** The suite inside VS Code says these lines before its first test and after its last. */
const begin = "HOST-SUITE-BEGIN";
const end = "HOST-SUITE-OUTCOME ";

/** What comes through the smoke test driver's log: the console of the workbench, the extension and the tests. */
export interface HostOutput {
  readonly read: (level: string, args: readonly unknown[]) => void;
  /** What the suite reported of itself; undefined until it has ended. */
  readonly outcome: () => Outcome | undefined;
  /** The last lines from outside the suite: what to look at when it did not begin or end. */
  readonly rest: () => readonly string[];
}

/** Hands the lines between the suite's beginning and end to `print`, without the workbench's own chatter. */
export function readHostOutput(print: (line: string) => void): HostOutput {
  const rest: string[] = [];
  let outcome: Outcome | undefined;
  let isInside = false;
  const read = (level: string, args: readonly unknown[]) => {
    const line = format(...args);
    if (line === begin) isInside = true;
    else if (line.startsWith(end)) {
      outcome = JSON.parse(line.slice(end.length));
      isInside = false;
    } else if (isInside && !isChatter(line)) print(line);
    else rest.splice(0, Math.max(0, rest.push(`${level}: ${line}`) - 30));
  };
  return { read, outcome: () => outcome, rest: () => rest };
}

/** The workbench's own lines begin with a bracketed part of it, or tell of a host that cannot be reached. */
function isChatter(line: string): boolean {
  return /^\[[A-Z]\w*(?::\w+)?\] |ENOTFOUND|^Timed out waiting for authentication/.test(line);
}

import { format } from "node:util";

/** What comes through the smoke test driver's log: the console of the workbench, the extension and the tests. */
export interface HostOutput {
  readonly read: (level: string, args: readonly unknown[]) => void;
  /** The last lines from outside the suite: what to look at when it did not begin or end. */
  readonly rest: () => readonly string[];
}

/** Hands the lines between the suite's beginning and end to `print`, without the workbench's own chatter. */
export function readHostOutput(print: (line: string) => void): HostOutput {
  const rest: string[] = [];
  let isInside = false;
  const read = (level: string, args: readonly unknown[]) => {
    const line = format(...args);
    if (line === "HOST-SUITE-BEGIN") isInside = true;
    else if (line === "HOST-SUITE-END") isInside = false;
    else if (isChatter(line)) return;
    else if (isInside) print(line);
    else rest.splice(0, Math.max(0, rest.push(`${level}: ${head(line)}`) - 30));
  };
  return { read, rest: () => rest };
}

/** The workbench's own lines begin with a bracketed part of it, or tell of a host that cannot be reached. */
function isChatter(line: string): boolean {
  return /^\[[\w\s-]+(?::\w+)?\] |ENOTFOUND|^Timed out waiting for authentication|^Creating a socket|^Resolv(?:ing|ed) connection/.test(
    line,
  );
}

/** The stacks of the workbench's own errors run over many lines. */
function head(line: string): string {
  return line.split("\n").slice(0, 3).join("\n");
}

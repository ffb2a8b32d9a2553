import type { RunListing } from "../../protocol/views.ts";

/** Kept updates shown of one run; more are a number, the panel's curve reaches them all. */
const mostKept = 50;

export type RunNode =
  | { readonly kind: "run"; readonly path: string; readonly run: RunListing }
  | {
      readonly kind: "update";
      readonly path: string;
      readonly update: number;
      readonly label: string;
      readonly pinned: boolean;
    }
  | { readonly kind: "more"; readonly path: string; readonly count: number };

/** Runs of all folders, newest first. */
export function runNodes(listings: readonly RunListing[]): RunNode[] {
  return [...listings]
    .sort((a, b) => b.modified - a.modified)
    .map((run) => ({ kind: "run", path: run.path, run }));
}

/** What hangs below a run: pinned updates first, then the newest of the kept ones. */
export function updateNodes(run: RunListing): RunNode[] {
  const { path } = run;
  const pinnedNumbers = new Set(run.pinned.map(({ update }) => update));
  const pinned = run.pinned.map(({ update, label }) => {
    const name = label === "" ? `update ${update}` : `${label} (update ${update})`;
    return { kind: "update", path, update, label: name, pinned: true } as const;
  });
  const kept = run.kept.filter((update) => !pinnedNumbers.has(update)).sort((a, b) => b - a);
  const shown = kept.slice(0, mostKept).map((update) => {
    return { kind: "update", path, update, label: `update ${update}`, pinned: false } as const;
  });
  const left = kept.length - shown.length;
  return [...pinned, ...shown, ...(left > 0 ? [{ kind: "more", path, count: left } as const] : [])];
}

/** The quiet text beside a run's name. */
export function describeRun(run: RunListing): string {
  if (run.error !== undefined) return run.error;
  const writing = run.beingWritten ? " · being written" : "";
  return `${run.updates} updates · ${formatBytes(run.bytes)}${writing} · ${run.title}`;
}

/** Bytes in decimal units with three digits, e.g. "1.24 MB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const exponent = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** exponent;
  return `${exponent === 0 ? value : Number(value.toPrecision(3))} ${units[exponent]}`;
}

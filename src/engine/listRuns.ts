import { statSync } from "node:fs";
import type { RunListing } from "../protocol/views.ts";
import { listRuns } from "../runs/list.ts";
import { openRun } from "../runs/runReader.ts";

/** The runs of a folder with their kept and pinned updates; a broken one with its error. */
export function listRunViews(folder: string): RunListing[] {
  return listRuns(folder).map((listing) => {
    const modified = statSync(listing.path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const { path, name, title, updates, bytes, beingWritten, error } = listing;
    const base = { path, name, title, updates, bytes, modified, beingWritten };
    return error === undefined ? { ...base, ...keptOf(path) } : { ...base, kept: [], pinned: [], error };
  });
}

function keptOf(path: string): Pick<RunListing, "kept" | "pinned"> {
  const run = openRun(path);
  try {
    return {
      kept: run.keptList().map(({ update }) => update),
      pinned: [...run.pins()].map(([update, label]) => ({ update, label })),
    };
  } finally {
    run.close();
  }
}

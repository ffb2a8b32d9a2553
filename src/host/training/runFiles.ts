import type { RunListing } from "../../protocol/views.ts";

/** File name of a new run: what it trains, e.g. "CartPole-v1-reinforce-seed7.pgrun". */
export function runFileName(environment: string, algorithm: string, seed: number): string {
  const safe = `${environment}-${algorithm}`.replaceAll(/[^\w.-]+/g, "-").slice(0, 80);
  return `${safe}-seed${seed}.pgrun`.replace(/^[-.]+/, "");
}

/**
 * The first of "name.pgrun", "name-2.pgrun", … that is not taken; what stands beside a run under
 * its name (a journal, a lock) takes the name too.
 */
export function freeName(name: string, taken: readonly string[]): string {
  const stem = name.replace(/\.pgrun$/, "");
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? `${stem}.pgrun` : `${stem}-${i}.pgrun`;
    if (!taken.some((one) => one.startsWith(candidate))) return candidate;
  }
}

/**
 * The runs to delete so that the folder holds at most `capBytes`: oldest first, and never one that is
 * being written, has pinned updates, or cannot be read. A cap of 0 is no cap.
 */
export function runsBeyondCap(listings: readonly RunListing[], capBytes: number): RunListing[] {
  if (capBytes <= 0) return [];
  let total = listings.reduce((sum, { bytes }) => sum + bytes, 0);
  const spare = listings
    .filter((run) => !run.beingWritten && run.pinned.length === 0 && run.error === undefined)
    .sort((a, b) => a.modified - b.modified);
  const beyond: RunListing[] = [];
  for (const run of spare) {
    if (total <= capBytes) break;
    beyond.push(run);
    total -= run.bytes;
  }
  return beyond;
}

/** One kept update as the thinning sees it. */
export interface KeptEntry {
  readonly update: number;
  readonly bytes: number;
  /** Its number in the sample, counted from 0; undefined for one kept only because it is the latest or pinned. */
  readonly sample: number | undefined;
}

/** Only samples whose number is a multiple of `stride`, a power of two, are kept; the next sample is number `next`. */
export interface KeptSampling {
  readonly stride: number;
  readonly next: number;
}

/**
 * Which kept updates stay: the latest, the pinned, and of the sample every stride-th, where the stride doubles
 * until the unpinned fit into `budget` bytes. So the sample thins evenly over the run. Pinned bytes do not count.
 */
export function thinKept(
  entries: readonly KeptEntry[],
  pinned: ReadonlySet<number>,
  sampling: KeptSampling,
  budget: number,
): { readonly stride: number; readonly dropped: readonly number[] } {
  const latest = entries.reduce((greatest, entry) => Math.max(greatest, entry.update), 0);
  let stride = sampling.stride;
  let unpinned = entries.filter((entry) => !pinned.has(entry.update));
  const stays = (entry: KeptEntry) =>
    entry.update === latest || (entry.sample !== undefined && entry.sample % stride === 0);
  const sampled = () => unpinned.some((entry) => entry.update !== latest);
  for (;;) {
    unpinned = unpinned.filter(stays);
    if (totalBytes(unpinned) <= budget || !sampled() || stride >= sampling.next * 2) break;
    stride *= 2;
  }
  if (totalBytes(unpinned) > budget) unpinned = unpinned.filter((entry) => entry.update === latest);
  const staying = new Set(unpinned.map((entry) => entry.update));
  const dropped = entries.filter((entry) => !pinned.has(entry.update) && !staying.has(entry.update));
  return { stride, dropped: dropped.map((entry) => entry.update) };
}

function totalBytes(entries: readonly KeptEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.bytes, 0);
}

/** What a trace file may hold. Every allocation is also bounded by the bytes that were really read. */
export const traceLimits = {
  /** Bytes of one line; a rollout of 2,048 × 64 steps with small observations is about a tenth of it. */
  lineBytes: 256 * 2 ** 20,
  /** Brackets inside brackets; the format itself needs 6. */
  depth: 32,
  /** Lines shorter than this cannot nest deep enough to matter before the parser sees them. */
  shortLine: 512,
  /** Numbers of one tensor or one row of a column. */
  rowWidth: 2 ** 22,
  /** Dimensions of a tensor. */
  rank: 8,
  /** Steps of a trace. */
  steps: 2 ** 28,
  updates: 2 ** 24,
  /** Different keys beyond the format's own that are remembered. */
  unknownKeys: 64,
  /** Characters of a name or a path. */
  text: 4096,
} as const;

/** Numbers a column may hold without regard to how much was read: what a small file may need for late columns. */
export const freeColumnSize = 2 ** 20;

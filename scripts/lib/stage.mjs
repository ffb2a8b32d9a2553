/** Seconds since `start` (a `performance.now()`), for people: `0.4 s`, `75 s`. */
export function secondsSince(/** @type {number} */ start) {
  const seconds = (performance.now() - start) / 1000;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/** A failure that the person at the terminal can act on: printed as its one line, without a stack. */
export class SetUpError extends Error {}

/**
 * Runs one stage of the set-up and prints one line with the seconds it took.
 * @template T
 * @param {string} label what the stage brings, as a person would say it
 * @param {() => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export async function stage(label, work) {
  const start = performance.now();
  process.stdout.write(`${label} … `);
  try {
    const result = await work();
    process.stdout.write(`${secondsSince(start)}\n`);
    return result;
  } catch (error) {
    process.stdout.write(`failed after ${secondsSince(start)}\n`);
    throw error;
  }
}

/**
 * Ends a script: its exit code, or one line and 1 for a {@link SetUpError}; other errors are bugs and keep their stack.
 * @param {Promise<number | undefined>} work
 */
export async function finish(work) {
  try {
    process.exitCode = (await work) ?? 0;
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

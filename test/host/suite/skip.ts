import type { Context, Runnable } from "mocha";

/** Every test file is its own bundle, so the reason is kept under a name that all of them share. */
const key = Symbol.for("reason of a skipped host test");

/** Leaves a test out and says why; the reason is printed at the end of `npm test`. */
export function skipBecause(context: Context, reason: string): never {
  Object.assign(context.test ?? {}, { [key]: reason });
  context.skip();
}

/** The reason given to {@link skipBecause}. */
export function reasonOf(test: Runnable): string {
  const reason = (test as unknown as Record<symbol, unknown>)[key];
  return typeof reason === "string" ? reason : "marked to be skipped in its file";
}

import { setTimeout as after } from "node:timers/promises";

/**
 * Asks again and again until there is an answer, and throws with the name of what was waited for
 * when the deadline (milliseconds) passes without one.
 */
export async function poll<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  deadline = 30_000,
): Promise<T> {
  const end = performance.now() + deadline;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await after(20);
  }
  throw new Error(`waited ${deadline / 1000} s in vain for ${what}`);
}

import { UserError } from "../engine/userError.ts";

/** Does some work that a person may stop with Ctrl-C. Throws UserError "stopped" then; the work leaves nothing behind. */
export async function untilInterrupted<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) throw new UserError("stopped", "Stopped: nothing was written.");
    throw error;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

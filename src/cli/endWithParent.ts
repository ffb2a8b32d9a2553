/** Names the process that starts a `pgi`, so that one whose starter has died meanwhile does not begin. */
export const parentVariable = "PGI_PARENT";

/**
 * Lets this process end with the one that started it through a channel, however that one ends: a killed sweep leaves
 * nobody training. What a run has committed survives it. A starter that died before this was called is told by its
 * number: the channel would say so only after the run had been begun, in the place of another's.
 */
export function endWithParent(): void {
  if (!process.channel) return;
  const starter = process.env[parentVariable];
  if (starter !== undefined && starter !== String(process.ppid)) process.kill(process.pid, "SIGKILL");
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel.unref();
}

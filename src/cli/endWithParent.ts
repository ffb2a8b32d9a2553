/**
 * Lets this process end with the one that started it through a channel, however that one ends: a killed sweep leaves
 * nobody training. What a run has committed survives it.
 */
export function endWithParent(): void {
  if (!process.channel) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel.unref();
}

import { fstatSync } from "node:fs";
import { Worker } from "node:worker_threads";

/** The extra pipe of the engine process on which its heart beats: one byte a second. */
export const heartbeatDescriptor = 4;

/** Runs in a thread of its own, so that long work in the main thread cannot hold it up. */
const source = `
const { workerData } = require("node:worker_threads");
const { writeSync } = require("node:fs");
setInterval(() => {
  try { writeSync(workerData, "."); } catch { process.exit(0); }
}, 1000);
`;

/** Starts the beat where the parent gave a pipe for it; the returned function ends it. */
export function startHeartbeat(): () => void {
  if (!isPipe(heartbeatDescriptor)) return () => undefined;
  const worker = new Worker(source, { eval: true, workerData: heartbeatDescriptor });
  worker.unref();
  return () => void worker.terminate();
}

function isPipe(descriptor: number): boolean {
  try {
    const status = fstatSync(descriptor);
    return status.isFIFO() || status.isSocket();
  } catch {
    return false;
  }
}

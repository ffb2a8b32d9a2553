import { execFile } from "node:child_process";
import type { ProbeAnswer } from "./findNode.ts";
import type { NodeCandidate } from "./nodeCandidates.ts";
import { scrubEnvironment } from "./scrubEnvironment.ts";

/** Runs `program --version` without a shell, in a scrubbed environment, for at most five seconds. */
export function probeNode(candidate: NodeCandidate): Promise<ProbeAnswer> {
  const env = scrubEnvironment(process.env, { runAsNode: candidate.runAsNode });
  const options = { env, shell: false, timeout: 5000, maxBuffer: 4096, windowsHide: true };
  return new Promise((resolve) => {
    execFile(candidate.path, ["--version"], options, (error, stdout) => {
      if (error === null) resolve({ kind: "printed", text: stdout });
      else if (error.code === "ENOENT" || error.code === "ENOTDIR") resolve({ kind: "absent" });
      else resolve({ kind: "failed", reason: `could not be run (${error.code ?? "killed"})` });
    });
  });
}

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { UserError } from "../userError.ts";
import { lastLine, runProgram } from "./programs.ts";
import type { RuntimeName } from "./runtime.ts";

const proofForm = v.variant("ok", [
  v.object({
    ok: v.literal(true),
    version: v.string(),
    device: v.string(),
    /** Largest difference to the kernels' gradient, relative to that gradient's norm; null where no device was found. */
    difference: v.nullable(v.number()),
    milliseconds: v.number(),
  }),
  v.object({ ok: v.literal(false), reason: v.string() }),
]);

/** What a runtime showed when it was loaded and computed a gradient that `kernels` computed too. */
export type Proof = Extract<v.InferOutput<typeof proofForm>, { ok: true }>;

/** The largest difference that counts as equal: float32's rounding over a few sums. */
const tolerance = 1e-4;

const patienceSeconds = 120;

const child = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "proofChild.ts" : "prove.js", import.meta.url),
);

export interface ProofOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/**
 * Loads a runtime in a process of its own, so that a library that crashes takes nothing with it, and lets it compute.
 * Throws a `UserError` "proof" with the reason where it does not load, and where its gradient is another.
 */
export async function prove(
  name: RuntimeName,
  entry: string,
  version: string,
  { environment, signal }: ProofOptions,
): Promise<Proof> {
  const { code, output, errors, isLate } = await runProgram(process.execPath, [child, name, entry, version], {
    folder: dirname(entry),
    environment: { ...environment, TF_CPP_MIN_LOG_LEVEL: "3" },
    ...(signal && { signal }),
    timeout: patienceSeconds * 1000,
  });
  if (isLate) throw unproved(entry, `it gave no answer within ${patienceSeconds} s`);
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), proofForm), lastLine(output));
  if (!read.success) throw unproved(entry, `ended with ${code}: ${lastLine(errors) || "it said nothing"}`);
  if (!read.output.ok) throw unproved(entry, read.output.reason);
  const { difference } = read.output;
  if (difference !== null && !(difference <= tolerance)) {
    throw unproved(entry, `its gradient differs from that of kernels by ${difference.toExponential(1)}`);
  }
  return read.output;
}

function unproved(entry: string, reason: string): UserError {
  return new UserError("proof", `${entry} cannot be used: ${reason.replace(/\s+/g, " ")}.`);
}

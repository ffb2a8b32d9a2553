import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { UserError } from "../userError.ts";
import { lastLine, runProgram } from "./programs.ts";
import type { PresentRuntime } from "./runtime.ts";

const proofForm = v.object({
  ok: v.literal(true),
  version: v.string(),
  device: v.string(),
  difference: v.number(),
  deterministic: v.boolean(),
  milliseconds: v.number(),
});

const saidForm = v.variant("ok", [
  proofForm,
  v.object({ ok: v.literal(false), reason: v.string(), isWithoutDevice: v.boolean() }),
]);

/** What proofChild.ts says on its last line. */
export type ProofSaid = v.InferOutput<typeof saidForm>;

/** What a runtime showed when it was loaded: see backends/deviceProof.ts. */
export type Proof = v.InferOutput<typeof proofForm>;

/** The largest difference that counts as equal: float32's rounding over the sums of a batch. */
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
 * Throws a `UserError`: "no_device" where it loads and finds no device, "proof" with the reason where it does not load,
 * and where its gradient is not that of `kernels`.
 */
export async function prove(
  runtime: Pick<PresentRuntime, "name" | "entry" | "version">,
  { environment, signal }: ProofOptions,
): Promise<Proof> {
  const { entry } = runtime;
  const { code, output, errors, isLate } = await runProgram(
    process.execPath,
    [child, JSON.stringify(runtime)],
    {
      folder: dirname(entry),
      environment: { ...environment, TF_CPP_MIN_LOG_LEVEL: "3" },
      ...(signal && { signal }),
      timeout: patienceSeconds * 1000,
    },
  );
  if (isLate) throw unproved(entry, `it gave no answer within ${patienceSeconds} s`);
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), saidForm), lastLine(output));
  if (!read.success) throw unproved(entry, `it ended with ${code}: ${lastLine(errors) || "it said nothing"}`);
  const said = read.output;
  if (!said.ok) throw new UserError(said.isWithoutDevice ? "no_device" : "proof", said.reason);
  if (said.difference <= tolerance) return said;
  throw unproved(entry, `its gradient differs from that of kernels by ${said.difference.toExponential(1)}`);
}

function unproved(entry: string, reason: string): UserError {
  return new UserError("proof", `${entry} cannot be used: ${reason.replace(/\s+/g, " ")}.`);
}

import { proveDevice } from "../backends/deviceProof.ts";
import { openDevice } from "../backends/openDevice.ts";
import type { ProofSaid } from "./proof.ts";
import type { PresentRuntime } from "./runtime.ts";

/** Opens the runtime that its parent describes, lets it compute, and says what came of it: see proof.ts. */
async function examine(runtime: PresentRuntime): Promise<ProofSaid> {
  const start = performance.now();
  try {
    const backend = await openDevice(runtime);
    const { version, device } = backend;
    const proof = await proveDevice(backend);
    return { ok: true, version, device, ...proof, milliseconds: performance.now() - start };
  } catch (error) {
    const { message, code } = error as { message?: unknown; code?: unknown };
    return { ok: false, reason: String(message ?? error), isWithoutDevice: code === "no_device" };
  }
}

const said = await examine(JSON.parse(process.argv[2] ?? "{}"));
process.stdout.write(`\n${JSON.stringify(said)}\n`, () => process.exit(0));

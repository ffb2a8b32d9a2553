import { cpus } from "node:os";
import type { BackendView } from "../../protocol/engine.ts";
import { findRuntime } from "../runtimes/findRuntime.ts";
import type { PresentRuntime, RuntimePlaces } from "../runtimes/runtime.ts";
import { UserError } from "../userError.ts";
import type { DeviceBackend } from "./deviceBackend.ts";
import { type BackendName, type DeviceName, deviceNames } from "./names.ts";
import { openDevice } from "./openDevice.ts";

/** The processor that `kernels` runs on. */
export function processorName(): string {
  return cpus()[0]?.model.trim() ?? "CPU";
}

/** What can compute a policy for this process. Libraries are looked for when asked, and loaded at most once, when used. */
export class Backends {
  readonly places: RuntimePlaces;
  readonly #open: (runtime: PresentRuntime) => Promise<DeviceBackend>;
  readonly #opened = new Map<DeviceName, Promise<DeviceBackend>>();

  /** `open` stands in for the libraries in tests. */
  constructor(places: RuntimePlaces, open = openDevice) {
    this.places = places;
    this.#open = open;
  }

  /** The libraries that are here, without loading them. */
  async present(): Promise<PresentRuntime[]> {
    const found = await Promise.all(deviceNames.map((name) => findRuntime(name, this.places)));
    return found.filter((runtime) => runtime.present);
  }

  /** The opened library of that name. Throws UserError "backend_missing" or "backend" with the command that mends it. */
  open(name: DeviceName): Promise<DeviceBackend> {
    const known = this.#opened.get(name);
    if (known) return known;
    const opening = this.#load(name);
    this.#opened.set(name, opening);
    opening.catch(() => this.#opened.delete(name));
    return opening;
  }

  /** What there is to choose from, present or not; nothing is loaded for it. */
  async views(): Promise<BackendView[]> {
    const devices = await Promise.all(deviceNames.map((name) => this.#view(name)));
    return [
      {
        name: "kernels" satisfies BackendName,
        present: true,
        device: processorName(),
        precision: "float64",
        detail: "typed-array loops; the reference that others are held to",
      },
      ...devices,
    ];
  }

  async #view(name: DeviceName): Promise<BackendView> {
    const runtime = await findRuntime(name, this.places);
    return {
      name,
      present: runtime.present,
      device: runtime.present ? runtime.device : "",
      precision: "float32",
      detail: runtime.present ? `version ${runtime.version}` : runtime.missing,
      ...(!runtime.present && { mend: runtime.mend }),
    };
  }

  async #load(name: DeviceName): Promise<DeviceBackend> {
    const runtime = await findRuntime(name, this.places);
    if (runtime.present) return await this.#open(runtime);
    throw new UserError(
      "backend_missing",
      `The backend ${name} cannot be used: ${runtime.missing}.`,
      `Run ${runtime.mend}, or train with --backend kernels.`,
    );
  }
}

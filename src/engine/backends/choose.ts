import { architectureOf } from "../../policies/architecture.ts";
import type { PolicySpecification } from "../../policies/policy.ts";
import { type Backends, processorName } from "./backends.ts";
import type { DeviceBackend } from "./deviceBackend.ts";
import { measureDevice, measuredBatch, measureKernels } from "./measureUpdate.ts";
import { type BackendName, isDevice } from "./names.ts";
import { type UpdateTimes, UpdateTimesFile } from "./updateTimes.ts";

/** The backend of a run, why it is this one, and where it computes. */
export interface ChosenBackend {
  readonly name: BackendName;
  /** In words, for people. */
  readonly reason: string;
  readonly device: string;
  /** Undefined for `kernels`. */
  readonly opened: DeviceBackend | undefined;
}

/**
 * Parameters × steps below which `kernels` is taken without measuring. Measured, 2 cores: at 4.5 million (4-128-2, 5,000
 * steps) an update takes 1.3 ms there and 3.7 ms on TensorFlow; at 53 million (4-512-512-2, 200 steps) 17 and 6 ms.
 */
export const smallestMeasured = 2_000_000;

/** Raised where our own code has become faster or slower: what was measured before says nothing then. */
const edition = "2";

/** Milliseconds for measuring, all backends together. */
const budget = 900;

/** `kernels`, for a reason. */
export function kernelsChosen(reason: string): ChosenBackend {
  return { name: "kernels", reason, device: processorName(), opened: undefined };
}

/** A backend that a person asked for by name. Throws UserError where it cannot be used; nothing else takes its place. */
export async function pinnedBackend(backends: Backends, name: BackendName): Promise<ChosenBackend> {
  if (!isDevice(name)) return kernelsChosen("chosen");
  const opened = await backends.open(name);
  return { name, reason: "chosen", device: opened.device, opened };
}

/** What an update computes. */
export interface UpdateShape {
  readonly specification: PolicySpecification;
  readonly steps: number;
  /** Whether acting made the forward pass on kernels already, as in training; else it counts there too. */
  readonly isActed: boolean;
}

/**
 * The fastest backend here for updates of a shape: `kernels` below a size, above it what one update of this very policy took,
 * measured now or remembered.
 */
export async function fastestBackend(
  backends: Backends,
  { specification, steps, isActed }: UpdateShape,
): Promise<ChosenBackend> {
  const size = architectureOf(specification).parameterCount;
  const shape = `${size.toLocaleString("en-US")} parameters and ${steps.toLocaleString("en-US")} steps`;
  if (size * steps < smallestMeasured) return kernelsChosen(`auto: fastest for ${shape} an update`);
  const present = await backends.present();
  if (present.length === 0) return kernelsChosen("auto: the only backend here");
  const file = new UpdateTimesFile(backends.places.folders[0] ?? "");
  const libraries = present.map(({ name, version }) => `${name} ${version}`).join(", ");
  const key = [edition, processorName(), libraries, JSON.stringify(specification), steps, isActed].join(
    " | ",
  );
  const known = file.get(key);
  const times = known ?? (await measure(backends, present, { specification, steps, isActed }));
  if (!known) file.set(key, times);
  const closed = present
    .filter(({ name }) => times[name] === undefined)
    .map(({ name }) => `${name} does not open`);
  const how = known === undefined ? "measured" : "as measured before";
  return await chosenBy(backends, times, (figures) => {
    return `auto: fastest for ${shape} an update (${how}: ${[figures, ...closed].join("; ")})`;
  });
}

async function measure(
  backends: Backends,
  present: readonly { readonly name: ChosenBackend["name"] }[],
  { specification, steps, isActed }: UpdateShape,
): Promise<UpdateTimes> {
  const share = budget / (present.length + 1) / 2;
  const batch = measuredBatch(specification, steps);
  const times: Record<string, number> = {
    kernels: measureKernels(specification, batch, { budget: share, isActed }),
  };
  for (const { name } of present) {
    const opened = isDevice(name) ? await openedOrNot(backends, name) : undefined;
    const toBeat = Math.min(...Object.values(times));
    if (opened) times[name] = await measureDevice(opened, specification, batch, { budget: share, toBeat });
  }
  return times;
}

/** A library that is here but does not open is not the fastest; who pins it is told why. */
async function openedOrNot(
  backends: Backends,
  name: Exclude<BackendName, "kernels">,
): Promise<DeviceBackend | undefined> {
  return await backends.open(name).catch(() => undefined);
}

async function chosenBy(
  backends: Backends,
  times: UpdateTimes,
  reasonOf: (figures: string) => string,
): Promise<ChosenBackend> {
  const ordered = Object.entries(times).sort(([, a], [, b]) => a - b);
  const [fastest = "kernels"] = ordered[0] ?? [];
  const reason = reasonOf(ordered.map(([name, time]) => `${name} ${time.toPrecision(2)} ms`).join(", "));
  if (!isDevice(fastest)) return kernelsChosen(reason);
  const opened = await backends.open(fastest);
  return { name: fastest, reason, device: opened.device, opened };
}

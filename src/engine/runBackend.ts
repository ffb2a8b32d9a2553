import type { RunReader } from "../runs/runReader.ts";
import { processorName } from "./backends/backends.ts";
import { type BackendName, backendNames } from "./backends/names.ts";
import { UserError } from "./userError.ts";

/** The backend that an update was or will be made on, with the reason and the device that were recorded. */
export interface RecordedBackend {
  readonly name: BackendName;
  readonly reason: string;
  readonly device: string;
}

/**
 * The backend in force at an update: the run's own, or the one that a later resumption changed to. Throws UserError
 * "unknown_backend" for a run of a version that knows others.
 */
export function backendAt(reader: RunReader, update: number): RecordedBackend {
  const change = reader
    .losses()
    .findLast(({ fromUpdate, settings }) => fromUpdate <= update && typeof settings.backend === "string");
  const { backend } = reader.metadata;
  const name = change ? String(change.settings.backend) : backend.name;
  const known = backendNames.find((candidate) => candidate === name);
  if (!known) {
    throw new UserError(
      "unknown_backend",
      `${reader.path} was made on the backend "${name}", which is not known here.`,
    );
  }
  if (change)
    return { name: known, reason: text(change.settings.reason), device: text(change.settings.device) };
  return { name: known, reason: backend.reason, device: backend.device ?? processorName() };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

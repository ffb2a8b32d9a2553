import { array, boolean, looseObject, nullable, number, optional, safeParse, string } from "valibot";
import { RunError } from "./runError.ts";

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * What a run says of itself, fixed when it is created (only the title may change).
 * Unknown keys are kept. All numbers are finite: the text form is JSON.
 */
export interface RunMetadata {
  readonly title: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly program: { readonly name: string; readonly version: string };
  readonly environment: string;
  readonly algorithm: string;
  readonly seed: number;
  readonly hidden: readonly number[];
  readonly activation: string;
  readonly bias: boolean;
  readonly optimiser: string;
  readonly learningRate: number;
  readonly gamma: number;
  /** Largest gradient norm; null for no clipping. */
  readonly clipNorm: number | null;
  /** The backend that it was begun on; `device` is absent in older runs. */
  readonly backend: { readonly name: string; readonly reason: string; readonly device?: string };
  readonly loss: string;
  readonly settings?: { readonly [key: string]: JsonValue };
}

const jsonRecord = looseObject({});

const metadataSchema = looseObject({
  title: string(),
  created: string(),
  program: looseObject({ name: string(), version: string() }),
  environment: string(),
  algorithm: string(),
  seed: number(),
  hidden: array(number()),
  activation: string(),
  bias: boolean(),
  optimiser: string(),
  learningRate: number(),
  gamma: number(),
  clipNorm: nullable(number()),
  backend: looseObject({ name: string(), reason: string(), device: optional(string()) }),
  loss: string(),
  settings: optional(jsonRecord),
});

/** Reads the metadata text of the run at `path`; throws RunError "damaged" where it is not of the form. */
export function parseMetadata(text: string, path: string): RunMetadata {
  const parsed = safeParse(metadataSchema, parseJson(text, path));
  if (!parsed.success) throw new RunError("damaged", path, parsed.issues[0].message);
  return parsed.output as RunMetadata;
}

/** Reads a JSON text of the run at `path`; throws RunError "damaged" where it is none. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RunError("damaged", path, error);
  }
}

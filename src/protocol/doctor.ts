/** Whether a part can be used, is not there, or is there and does not work. */
export type PartState = "ok" | "absent" | "wrong";

/** One backend as `doctor` found it, by loading it and letting it compute. */
export interface BackendFinding {
  readonly name: string;
  readonly state: PartState;
  /** Empty where nothing is there. */
  readonly version: string;
  readonly device: string;
  readonly precision: "float64" | "float32";
  /** Whether the same seed gives the same run, as measured; null where it was not. */
  readonly deterministic: boolean | null;
  /** The folder of its libraries; empty for what is built in. */
  readonly folder: string;
  /** What is missing or wrong, and the command that mends it; empty where nothing is. */
  readonly missing: string;
  readonly mend: string;
}

/** One program or package beside the backends. */
export interface ProgramFinding {
  readonly name: string;
  readonly state: PartState;
  readonly version: string;
  readonly place: string;
  readonly missing: string;
  readonly mend: string;
}

/** All that `pgi doctor` and the command Doctor say. */
export interface DoctorReport {
  /** Our own version. */
  readonly version: string;
  readonly backends: readonly BackendFinding[];
  readonly programs: readonly ProgramFinding[];
}

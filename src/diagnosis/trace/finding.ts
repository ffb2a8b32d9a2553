/** How bad: an error makes the update another one than meant; information says which variant it is. */
export type Severity = "error" | "warning" | "info";

/** A step of the trace, for a person. */
export interface StepName {
  readonly episode: number;
  readonly t: number;
}

/** What a rule of the table has seen in a trace. */
export interface Detection {
  /** One sentence: what was expected, what was seen, with numbers. */
  readonly message: string;
  /** The numbers behind it: κ, slope, residual, z, counts. */
  readonly evidence: Readonly<Record<string, number | string>>;
  /** Rows of the trace that show it. */
  readonly rows: ArrayLike<number>;
  /** Updates that show it. */
  readonly updates: readonly number[];
  /** Overrides the rule's severity. */
  readonly severity?: Severity;
}

/** One thing that is off (or a variant, told as information), with all a person needs to mend it. */
export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly evidence: Readonly<Record<string, number | string>>;
  /** The first steps that show it, at most 20, and how many there are. */
  readonly steps: readonly StepName[];
  readonly stepCount: number;
  readonly updates: readonly number[];
  readonly why: string;
  readonly fix: string;
  readonly reference: string;
  readonly source: { readonly file: string; readonly line: number } | undefined;
}

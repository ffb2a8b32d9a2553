/** A quantity that the trace does not hold, and what could be told if it did. */
export interface MissingView {
  readonly name: string;
  readonly allows: string;
}

/** What is else of an update that someone else's code made. */
export interface TraceUpdateFacts {
  /** What the script called it, and its line in the trace. */
  readonly number: number;
  readonly line: number;
  /** Whether the policy's outputs are known, so that the gradient can be seen there. */
  readonly hasOutputs: boolean;
  /** Whether the weights of its own loss are known, from which a text is read. */
  readonly hasWeights: boolean;
  /** Each quantity that is missing, and what recording it would show. */
  readonly missing: readonly MissingView[];
}

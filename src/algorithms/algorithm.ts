/** One algorithm as data: adding one is one record in the registry, one test, one line of docs. */
export interface AlgorithmRecord {
  readonly id: string;
  readonly title: string;
  /** When an update is made. */
  readonly timing: "episode";
  /** Episodes per update. */
  readonly episodesPerUpdate: number;
  /** The loss, whole, in the loss language; nothing that changes the update hides elsewhere. */
  readonly loss: string;
  /** The update rule it implements, in the spelling of the rule language. */
  readonly rule: string;
  readonly reference: string;
  /** Per environment id, and "*" for the rest. */
  readonly defaults: Readonly<Record<string, AlgorithmDefaults>>;
}

export interface AlgorithmDefaults {
  readonly gamma: number;
  readonly hidden: readonly number[];
  readonly activation: "relu" | "tanh";
  readonly bias: boolean;
  readonly optimiser: "adam" | "sgd";
  readonly learningRate: number;
  readonly clipNorm?: number;
}

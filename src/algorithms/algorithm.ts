/** One algorithm as data: adding one is one record in the registry, one test, one line of docs. */
export interface AlgorithmRecord {
  readonly id: string;
  readonly title: string;
  /** What an update waits for: whole episodes, or so many steps of every environment. */
  readonly timing: "episode" | "steps";
  /** Episodes per update, where it waits for episodes. */
  readonly episodesPerUpdate: number;
  /** The kinds of actions it can choose; any kind where it is left out. */
  readonly actions?: "discrete" | "continuous";
  /** Whether V is a head of the policy's network or has a network of its own; absent: there is none. */
  readonly value?: "shared" | "own";
  /** Names that the loss reads as data and that are computed from the batch before its first update, as text. */
  readonly targets?: string;
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
  /** Absent: that of the policy. */
  readonly valueLearningRate?: number;
  /** Of a Gaussian policy; absent: from the network, as e^s. */
  readonly sigma?: "network" | "parameter";
  readonly sigmaBy?: "exp" | "softplus";
  /** Where the timing is by steps. */
  readonly environments?: number;
  readonly stepsPerUpdate?: number;
  readonly epochs?: number;
  readonly minibatches?: number;
  /** ε of Adam; absent: 1e-8. */
  readonly adamEpsilon?: number;
  /** Environment steps over which the step size falls to 0 in a straight line; absent: it stays. */
  readonly annealSteps?: number;
  /** Probability with which units of the policy network's hidden layers are dropped; absent: 0. */
  readonly dropout?: number;
  /** Whether V of what follows stands behind a time limit; absent: it does. */
  readonly bootstrapTruncated?: boolean;
  /** Texts that take the place of the algorithm's own in this environment. */
  readonly loss?: string;
  readonly targets?: string;
}

/** What a probe trains on, and what a loss that works makes of it. */
export interface ProbeTask {
  readonly id: string;
  readonly environment: string;
  readonly title: string;
  readonly gamma: number;
  /**
   * learn: one action must win under every observation. still: no action may, with θ held where it is. value: V must
   * become what is expected, where the loss reads V.
   */
  readonly kind: "learn" | "still" | "value";
  readonly expectations: readonly {
    readonly observation: readonly number[];
    /** How a person would name the observation; empty where there is only one. */
    readonly when: string;
    /** The action that must win; −1 where none may. */
    readonly action: number;
    /** What V must become. */
    readonly value?: number;
  }[];
  /** What the probe asks of a loss, in a few words. */
  readonly asks: string;
}

const always = (action: number) => [{ observation: [1], when: "", action }];
const byCoin = (below: number, above: number) => [
  { observation: [-1], when: "coin −1", action: below },
  { observation: [1], when: "coin +1", action: above },
];
const firstStep = (action: number) => [{ observation: [1, 0], when: "first step", action }];

/** Every probe, from the one that asks least of a loss; the two on delay tell credit from discount. */
export const probeTasks: readonly ProbeTask[] = [
  {
    id: "value",
    environment: "probe-1",
    title: "V of a constant reward",
    gamma: 0.9,
    kind: "value",
    expectations: [{ observation: [1], when: "", action: -1, value: 1 }],
    asks: "brings V to the return",
  },
  {
    id: "value-observed",
    environment: "probe-2",
    title: "V where the reward is the observation",
    gamma: 0.9,
    kind: "value",
    expectations: [
      { observation: [-1], when: "coin −1", action: -1, value: -1 },
      { observation: [1], when: "coin +1", action: -1, value: 1 },
    ],
    asks: "brings V to the return of each observation",
  },
  {
    id: "constant",
    environment: "probe-1",
    title: "constant reward",
    gamma: 0.9,
    kind: "still",
    expectations: always(-1),
    asks: "prefers no action where all pay the same",
  },
  {
    id: "observed",
    environment: "probe-2",
    title: "reward is the observation",
    gamma: 0.9,
    kind: "still",
    expectations: byCoin(-1, -1),
    asks: "prefers no action where only the observation pays",
  },
  {
    id: "action",
    environment: "probe-4",
    title: "reward depends on the action",
    gamma: 0.9,
    kind: "learn",
    expectations: always(1),
    asks: "learns the action that pays: the sign",
  },
  {
    id: "both",
    environment: "probe-5",
    title: "reward depends on both",
    gamma: 0.9,
    kind: "learn",
    expectations: byCoin(0, 1),
    asks: "learns another action for another observation",
  },
  {
    id: "delayed",
    environment: "probe-3",
    title: "1 at once or 1.5 later, γ = 0.9",
    gamma: 0.9,
    kind: "learn",
    expectations: firstStep(1),
    asks: "gives an action credit for what follows it",
  },
  {
    id: "discounted",
    environment: "probe-3",
    title: "1 at once or 1.5 later, γ = 0.5",
    gamma: 0.5,
    kind: "learn",
    expectations: firstStep(0),
    asks: "discounts what comes later by γ",
  },
];

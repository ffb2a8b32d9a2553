import type { SceneView } from "./scene.ts";
import type { Diagnostic } from "./shared.ts";
import type { TraceUpdateFacts } from "./traceUpdateFacts.ts";

/** What a run was started with. All of it is written into the run file. */
export interface RunSettings {
  readonly environment: string;
  readonly algorithm: string;
  readonly seed: number;
  readonly hidden: readonly number[];
  readonly activation: "relu" | "tanh";
  readonly bias: boolean;
  readonly optimiser: "adam" | "sgd";
  readonly learningRate: number;
  readonly gamma: number;
  readonly clipNorm: number | null;
  readonly loss: string;
  readonly backend: "auto" | "kernels" | "tensorflow" | "webgpu";
  /** A value estimate: none, one more output of the policy's network, or a network of its own in the policy's shape. */
  readonly value: "none" | "shared" | "own";
  /** Step size of the value network's parameters; null for that of the policy. */
  readonly valueLearningRate: number | null;
  /** Of a Gaussian policy: σ from the network beside μ, or a parameter of its own; as e^s or ln(1 + e^s). */
  readonly sigma: "network" | "parameter";
  readonly sigmaBy: "exp" | "softplus";
  /** Environments that are stepped side by side. */
  readonly environments: number;
  /** What an update is made of: whole episodes, or steps of every environment, as the algorithm counts. */
  readonly batch: number;
  /** How often a batch is gone through, and in how many shuffled parts each time; each part is one update. */
  readonly epochs: number;
  readonly minibatches: number;
  /** A text of the loss language that computes adv and G_recorded from the batch before its first update; empty for none. */
  readonly targets: string;
  /** ε of Adam, outside the root. */
  readonly adamEpsilon: number;
  /** Environment steps over which both step sizes fall to 0 in a straight line, batch by batch; null: they stay. */
  readonly annealSteps: number | null;
  /** Probability with which every unit of the policy network's hidden layers is dropped at a step; 0: none is. */
  readonly dropout: number;
  /** Whether V of the final observation follows where a time limit cut an episode; false: 0, as after termination. */
  readonly bootstrapTruncated: boolean;
  /** What Python said of an environment of the user's Gymnasium; absent for environments of our own. */
  readonly gym?: Readonly<Record<string, unknown>>;
}

/** What a person may ask of a run; the engine fills the rest from the algorithm's defaults for the environment. */
export type RunRequest = { readonly [Name in keyof RunSettings]?: RunSettings[Name] | undefined };

export type TrainingState = "training" | "paused" | "finished" | "stopped" | "failed" | "reading";

/** Milliseconds an update spends in each of its parts; `act` is environment and policy together. */
export interface PhaseMilliseconds {
  readonly act: number;
  readonly forward: number;
  readonly loss: number;
  readonly backward: number;
  readonly optimiser: number;
  readonly record: number;
}

/** How close a backend comes to kernels on one update: largest differences, in proportion to the norm of what kernels give. */
export interface ParityRow {
  readonly backend: string;
  readonly device: string;
  readonly precision: "float64" | "float32";
  readonly gradient: number;
  readonly stepNorms: number;
  readonly projections: number;
  /** Of forward and backward pass there. */
  readonly milliseconds: number;
}

export interface ParityView {
  readonly update: number;
  /** Milliseconds of forward and backward pass on kernels. */
  readonly kernels: number;
  readonly rows: readonly ParityRow[];
  /** Backends that are here but cannot be used: why, one line each. */
  readonly trouble: readonly string[];
}

export interface TrainingProgress {
  readonly run: string;
  readonly state: TrainingState;
  readonly update: number;
  readonly episode: number;
  readonly steps: number;
  readonly lastReturn: number;
  readonly averageReturn: number;
  readonly stepsPerSecond: number;
  readonly solved: boolean;
  /** Why it failed or stopped, in one line. */
  readonly message?: string;
  /** Running means; absent before this engine has made an update of the run. */
  readonly phases?: PhaseMilliseconds;
}

export interface RunView {
  readonly run: string;
  readonly path: string;
  readonly title: string;
  readonly settings: RunSettings;
  readonly algorithmTitle: string;
  readonly backend: { readonly name: string; readonly device: string; readonly reason: string };
  readonly progress: TrainingProgress;
  /** Whether this engine trains it (else it only reads). */
  readonly own: boolean;
  readonly solvedAt: number | null;
  readonly observationNames: readonly string[];
  readonly actionNames: readonly string[];
}

export interface RunListing {
  readonly path: string;
  readonly name: string;
  readonly title: string;
  readonly updates: number;
  readonly bytes: number;
  readonly modified: number;
  readonly beingWritten: boolean;
  readonly kept: readonly number[];
  readonly pinned: readonly { readonly update: number; readonly label: string }[];
  readonly error?: string;
}

/** A decimated column: minimum and maximum per bucket, equal where nothing was merged. */
export interface Column {
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
}

/**
 * One column of the step table. Names ending in [k] belong to output k. Every update has
 * `t`, `action`, `reward`, `G`, `gamma_t`, `log_pi`, `entropy`, `weight` (c), `size`, `share` and the
 * group `dlogit` (∂L/∂logit of every action); `weight` and what follows from the gradient depend on the loss.
 */
export interface ColumnView {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly kind: "integer" | "number" | "action" | "percent" | "flag";
  /** Group of columns that are drawn together as small bars (∂L/∂logit of every action). */
  readonly group?: string;
}

export interface LayerView {
  readonly name: string;
  readonly shape: readonly number[];
  readonly norm: number;
  readonly mean: number;
  readonly largest: number;
  readonly histogram: { readonly low: number; readonly high: number; readonly counts: readonly number[] };
}

/** One additive term of the loss as a sum over steps; `column` is its name in the step table. */
export interface TermView {
  readonly text: string;
  readonly sum: number;
  readonly column: string;
}

/** An element of MathML: a leaf with text, or one with children. `title` says what a symbol is. */
export interface MathView {
  readonly tag:
    | "math"
    | "mrow"
    | "mi"
    | "mo"
    | "mn"
    | "mtext"
    | "msup"
    | "msub"
    | "mfrac"
    | "msqrt"
    | "mover"
    | "munder";
  readonly text?: string;
  readonly children?: readonly MathView[];
  readonly title?: string;
}

/** The rule a loss is, as far as the update's numbers decide it. */
export interface VerdictView {
  readonly kind: "book" | "variant" | "mistake" | "undecided";
  /** One plain sentence with numbers, e.g. "REINFORCE (13.3): c = 1.000·γᵗG, residual 2e−16". */
  readonly sentence: string;
  readonly candidate: string | null;
  readonly scale: number | null;
  readonly residual: number | null;
  readonly undecided: readonly string[];
  /** Why it matters, in one or two sentences; empty for the book's rule. */
  readonly explanation: string;
  /** The rule in the rule language, e.g. "theta += alpha * gamma^t * G * grad(log_pi)". */
  readonly rule: string;
  /** The rule drawn: a tree for each of its lines. */
  readonly math: readonly MathView[];
  /** The rule that the text itself says, read off without data; null where it is the same or the text allows none. */
  readonly written: { readonly rule: string; readonly math: readonly MathView[] } | null;
  /** What to know about the loss as a rule, the most important first. */
  readonly notes: readonly { readonly title: string; readonly text: string }[];
  readonly fixes: readonly { readonly title: string; readonly text: string }[];
}

/** How far a minibatch's policy has gone from the one that acted, by CleanRL's definitions. */
export interface RatioView {
  /** Mean of (ratio − 1) − ln ratio, and of −ln ratio. */
  readonly approximateKl: number;
  readonly oldApproximateKl: number;
  /** Share of steps with |ratio − 1| > ε. */
  readonly clipFraction: number;
  readonly epsilon: number;
}

/** A loss evaluated on one update's batch. */
export interface LossView {
  readonly text: string;
  readonly value: number;
  readonly terms: readonly TermView[];
  /** What of the loss is no sum over steps; null where ℓ_t columns and this make up the whole. */
  readonly rest: number | null;
  readonly notSeparable: string | null;
  readonly verdict: VerdictView;
  readonly layers: readonly LayerView[];
  readonly gradientNorm: number;
  readonly columns: readonly ColumnView[];
  /** Where the batch is a minibatch. */
  readonly ratio?: RatioView;
}

export interface UpdateView {
  readonly run: string;
  readonly update: number;
  readonly steps: number;
  readonly episodes: number;
  readonly episodeReturn: number;
  readonly actionNames: readonly string[];
  readonly observationNames: readonly string[];
  readonly recomputed: "kept" | "replayed" | "live" | "recorded";
  /** Why this is another update than the one asked for. */
  readonly instead?: string;
  readonly kept: boolean;
  readonly pinned: boolean;
  readonly gamma: number;
  /** What is unusual about how the batch was made, a sentence each. */
  readonly remarks?: readonly string[];
  readonly loss: LossView;
  /** Of an update of a trace: where it stands there, and what it does not hold. */
  readonly trace?: TraceUpdateFacts;
}

export interface LossTextView {
  readonly diagnostics: readonly Diagnostic[];
  readonly numbers: readonly BareNumberView[];
}

/** A statement that is a bare number: a slider. */
export interface BareNumberView {
  readonly name: string;
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** A quiet value beside the code: at which offset, and what to say. */
export interface InlayView {
  readonly offset: number;
  readonly text: string;
}

export type EvaluationView =
  | {
      readonly ok: true;
      readonly diagnostics: readonly Diagnostic[];
      readonly numbers: readonly BareNumberView[];
      readonly inlays: readonly InlayView[];
      readonly loss: LossView;
      readonly comparison: ComparisonView;
      readonly milliseconds: number;
    }
  | {
      readonly ok: false;
      readonly diagnostics: readonly Diagnostic[];
      readonly numbers: readonly BareNumberView[];
    };

/** Gradient before (trainer) and after (edited), by layer and in all. */
export interface ComparisonView {
  readonly layers: readonly LayerComparison[];
  readonly total: Omit<LayerComparison, "name" | "shape">;
}

export interface LayerComparison {
  readonly name: string;
  readonly shape: readonly number[];
  readonly before: number;
  readonly after: number;
  readonly ratio: number;
  readonly cosine: number;
  readonly histogramBefore: LayerView["histogram"];
  readonly histogramAfter: LayerView["histogram"];
}

/** One step in full: every output's share of the gradient. */
export interface StepView {
  readonly step: number;
  readonly episode: number;
  readonly time: number;
  readonly action: number;
  readonly reward: number;
  readonly observation: readonly number[];
  /** The environment's internal state before the action, where it can be told. */
  readonly state?: readonly number[];
  /** A picture of the step, where the environment has one. */
  readonly scene?: SceneView;
  readonly outputs: readonly {
    readonly name: string;
    readonly logit: number;
    readonly probability: number;
    readonly taken: boolean;
    readonly gradient: number;
  }[];
  /** Of a Gaussian policy, instead of `outputs`, which are empty then. */
  readonly dimensions?: readonly {
    readonly name: string;
    readonly mean: number;
    readonly deviation: number;
    /** As it was drawn; the environment takes the nearer bound where this lies outside its bounds. */
    readonly action: number;
    readonly takenAs?: number;
    /** ∂L/∂μ and ∂L/∂σ. */
    readonly meanGradient: number;
    readonly deviationGradient: number;
  }[];
  /** Of a policy with a value head: V(S_t), V(S_{t+1}), δ and ∂L/∂V(S_t). */
  readonly value?: {
    readonly estimate: number;
    readonly next: number;
    readonly delta: number;
    readonly gradient: number;
  };
  readonly gradientSum: number;
  readonly values: Readonly<Record<string, number>>;
  /** The same gradient as a weighted cross-entropy's; null for a policy without logits. */
  readonly crossEntropy: CrossEntropyView | null;
  /** A sentence with this step's numbers: the taken output gets −c(1−π), the others +c·π. */
  readonly sentence: string;
}

/** ∂/∂logits of cross-entropy with the action taken as label, weighted by c, at one step. */
export interface CrossEntropyView {
  readonly text: string;
  readonly gradients: readonly number[];
  /** Of these from the loss's own gradient at the outputs. */
  readonly largestDifference: number;
  /** Whether the loss has terms beside Σ c·ln π, so that the two need not agree. */
  readonly hasOther: boolean;
}

export interface CellExplanation {
  readonly value: number;
  readonly formula: string;
  readonly numbers: string;
}

/** What a hover shows of one expression. */
export interface NodeView {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly shape: readonly number[];
  readonly symbolicShape: string;
  readonly kind: string;
  readonly documentation: string;
  readonly value: StatisticsView;
  readonly adjoint: StatisticsView | null;
  readonly where: string;
}

export interface StatisticsView {
  readonly count: number;
  readonly minimum: number;
  readonly mean: number;
  readonly maximum: number;
  readonly deviation: number;
  readonly notANumber: number;
  readonly infinite: number;
  readonly sparkline: string;
  readonly first: readonly number[];
}

/** What one probe says of a loss. */
export interface ProbeView {
  readonly id: string;
  /** The environment that the loss was trained on. */
  readonly environment: string;
  readonly title: string;
  readonly asks: string;
  readonly works: boolean;
  readonly expected: string;
  readonly seen: string;
  /** The likely mistake; null where it works. */
  readonly hint: string | null;
}

/** What the probes say of a loss, all of them. */
export interface ProbesView {
  readonly loss: string;
  readonly probes: readonly ProbeView[];
  readonly milliseconds: number;
}

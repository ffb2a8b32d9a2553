import { shortCorridor } from "../../environments/shortCorridor.ts";
import { KernelsBackend } from "../../policies/kernels.ts";
import { logitsGradient } from "../../policies/logitsGradient.ts";
import { createOptimiserState, optimiserSpecification } from "../../policies/optimiser.ts";
import type { CategoricalHeads, OptimiserSpecification } from "../../policies/policy.ts";
import type { EpisodeEnds } from "../../rl/episodeEnds.ts";
import type { Generator } from "../../rl/generator.ts";
import { createGenerator } from "../../rl/randomGenerator.ts";
import { discountedReturns } from "../../rl/returns.ts";

/** `frozen`: one update an episode with θ held; `in_loop`: box 13.3 literally, θ changes at every step. */
export type CorridorMode = "frozen" | "in_loop";

/** Beyond this many steps in one episode a run counts as diverged and is left out. */
const longestEpisode = 10_000;

/**
 * Total rewards of every episode, run after run, of REINFORCE with step size `alpha` on the short corridor, γ = 1,
 * from θ = (left, right). Diverged runs are left out.
 */
export function corridorRuns(
  mode: CorridorMode,
  alpha: number,
  start: readonly [left: number, right: number],
  runs: number,
  episodes: number,
): Float64Array[] {
  const learner = new CorridorLearner(mode, alpha);
  const totals: Float64Array[] = [];
  for (let run = 1; run <= runs; run++) {
    const curve = learner.run(Float64Array.from(start), run, episodes);
    if (curve !== undefined) totals.push(curve);
  }
  return totals;
}

class CorridorLearner {
  readonly #mode: CorridorMode;
  readonly #optimiser: OptimiserSpecification;
  readonly #state = createOptimiserState("sgd", 0);
  readonly #environment = shortCorridor.create();
  readonly #backend = new KernelsBackend({
    observationSize: 1,
    hidden: [],
    activation: "relu",
    bias: false,
    actionCount: 2,
  });
  readonly #observations = new Float64Array(longestEpisode + 1);
  readonly #actions = new Float64Array(longestEpisode);

  constructor(mode: CorridorMode, alpha: number) {
    this.#mode = mode;
    this.#optimiser = optimiserSpecification("sgd", alpha);
  }

  /** Total reward of every episode of one run; undefined where it diverged. */
  run(start: Float64Array, seed: number, episodes: number): Float64Array | undefined {
    const generator = createGenerator(seed, "short corridor");
    const totals = new Float64Array(episodes);
    this.#backend.setTheta(start);
    for (let episode = 0; episode < episodes; episode++) {
      const steps = this.#play(generator);
      if (steps === undefined) return undefined;
      totals[episode] = -steps;
      this.#learn(steps);
    }
    return totals;
  }

  #play(generator: Generator): number | undefined {
    const environment = this.#environment;
    const backend = this.#backend;
    environment.reset(createGenerator(0, "unused"), this.#observations, 0);
    for (let t = 0; t < longestEpisode; t++) {
      backend.act(this.#observations, t);
      if (!backend.sample(t, generator, this.#actions)) return undefined;
      environment.step(this.#actions, t, this.#observations, t + 1);
      if (environment.terminated) return t + 1;
    }
    return undefined;
  }

  #learn(steps: number): void {
    const rewards = new Float64Array(steps).fill(-1);
    const ends: EpisodeEnds = { terminated: new Uint8Array(steps), truncated: new Uint8Array(steps) };
    const weights = discountedReturns(rewards, 1, ends).map((G) => -G);
    if (this.#mode === "frozen") this.#update(this.#actions.subarray(0, steps), weights);
    else for (let t = 0; t < steps; t++) this.#updateStep(t, weights.subarray(t, t + 1));
  }

  /** θ ← θ + α Σ_t G_t ∇ln π(a_t), with the heads that acting computed. */
  #update(actions: Float64Array, adjoints: Float64Array): void {
    const backend = this.#backend;
    const heads = backend.heads(actions, actions.length) as CategoricalHeads;
    backend.backward(logitsGradient(heads, actions, 2, { logProbabilities: adjoints }), actions.length);
    backend.apply(this.#optimiser, this.#state, undefined);
  }

  #updateStep(t: number, adjoint: Float64Array): void {
    this.#backend.act(this.#observations, 0);
    this.#update(this.#actions.subarray(t, t + 1), adjoint);
  }
}

import type { CurveView, Source } from "../../../src/protocol/engine.ts";
import type { RunView, TrainingProgress, TrainingState } from "../../../src/protocol/views.ts";
import { networkOfSkill, playEpisodes } from "./episodes.ts";
import { readFakeLoss } from "./lossText.ts";
import { computeUpdate, type FakeUpdate } from "./update.ts";

export const bookLoss = `# REINFORCE, Sutton & Barto (13.3)
G    = discounted_returns(r, gamma)
beta = 0
loss = -(gamma**t * G.detach() * log_pi).sum() - beta * entropy.sum()`;

/** A run that exists only in this page: its updates are computed when they are asked for. */
export class FakeRun {
  readonly rows: number;
  readonly gamma = 0.99;
  updates: number;
  state: TrainingState = "training";
  trainerLoss = bookLoss;
  readonly lossChanges: { update: number; text: string }[] = [{ update: 1, text: bookLoss }];
  readonly pinned: { update: number; label: string }[] = [
    { update: 120, label: "first balance" },
    { update: 300, label: "before the jump" },
  ];
  readonly #returns: number[] = [];
  readonly #cache = new Map<string, FakeUpdate>();
  readonly #orders = new Map<string, Float64Array>();

  constructor(updates: number, rows: number) {
    this.updates = updates;
    this.rows = rows;
  }

  update(update: number, text: string): FakeUpdate {
    const key = `${update}#${text}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const batch = playEpisodes(networkOfSkill(skillAt(update)), update * 7919, this.rows);
    const made = computeUpdate(batch, readFakeLoss(text), this.gamma);
    if (this.#cache.size > 4) this.#cache.delete(this.#cache.keys().next().value!);
    this.#cache.set(key, made);
    return made;
  }

  column(update: number, source: Source, edited: string, name: string): Float64Array {
    const trainer = this.update(update, this.trainerLoss).columns[name];
    const changed = this.update(update, edited).columns[name];
    if (source === "trainer") return trainer ?? new Float64Array();
    if (source === "edited" || !dependsOnLoss(name)) return changed ?? new Float64Array();
    return changed?.map((value, i) => value - (trainer?.[i] ?? 0)) ?? new Float64Array();
  }

  /** Steps in the order of a column. */
  order(key: string, column: Float64Array, descending: boolean): Float64Array {
    const name = `${key} ${descending}`;
    const known = this.#orders.get(name);
    if (known !== undefined) return known;
    const sign = descending ? -1 : 1;
    const order = Float64Array.from(column, (_, i) => i).sort(
      (a, b) => sign * (column[a]! - column[b]!) || a - b,
    );
    if (this.#orders.size > 6) this.#orders.clear();
    this.#orders.set(name, order);
    return order;
  }

  curve(from: number, to: number, buckets: number): CurveView {
    this.#playTo(to);
    const size = Math.max(1, Math.ceil((to - from + 1) / buckets));
    const starts = Array.from({ length: Math.ceil((to - from + 1) / size) }, (_, i) => from - 1 + i * size);
    const column = (of: (i: number) => number) => {
      const parts = starts.map((start) =>
        Array.from({ length: Math.min(size, to - start) }, (_, k) => of(start + k)),
      );
      return {
        minimum: Float64Array.from(parts, (part) => Math.min(...part)),
        maximum: Float64Array.from(parts, (part) => Math.max(...part)),
      };
    };
    const returns = column((i) => this.#returns[i]!);
    return {
      updates: this.updates,
      update: Float64Array.from(starts, (start) => start + 1),
      columns: {
        return: returns,
        averageReturn: column((i) => this.average(i + 1)),
        loss: column((i) => this.#returns[i]! * 16 + 20 * Math.sin(i)),
        gradientNorm: column((i) => Math.sqrt(this.#returns[i]!) * 40 + 10 * Math.cos(i * 1.7)),
        entropy: column((i) => 0.69 * Math.exp(-i / 900)),
      },
      kept: Float64Array.from({ length: 12 }, (_, i) => Math.round(((i + 1) * to) / 12)),
      pinned: this.pinned,
      lossChanges: this.lossChanges,
    };
  }

  average(update: number): number {
    this.#playTo(update);
    const last = this.#returns.slice(Math.max(0, update - 100), update);
    return last.reduce((sum, value) => sum + value, 0) / Math.max(1, last.length);
  }

  progress(run: string): TrainingProgress {
    return {
      run,
      state: this.state,
      update: this.updates,
      episode: this.updates,
      steps: this.#returns.reduce((sum, value) => sum + value, 0),
      lastReturn: this.#returns.at(-1) ?? 0,
      averageReturn: this.average(this.updates),
      stepsPerSecond: this.state === "training" ? 412_000 : 0,
      solved: false,
      phases: { act: 0.32, forward: 0.01, loss: 0.02, backward: 0.09, optimiser: 0.01, record: 0.004 },
    };
  }

  view(run: string): RunView {
    return {
      run,
      path: "/workspace/.policy-gradient/runs/cartpole.pgrun",
      title: "CartPole-v1",
      settings: {
        environment: "CartPole-v1",
        algorithm: "reinforce",
        seed: 7,
        hidden: [16],
        activation: "tanh",
        bias: true,
        optimiser: "adam",
        learningRate: 0.003,
        gamma: this.gamma,
        clipNorm: null,
        loss: bookLoss,
        backend: "auto",
        value: "none",
        valueLearningRate: null,
        sigma: "network",
        sigmaBy: "exp",
        environments: 1,
        batch: 1,
        epochs: 1,
        minibatches: 1,
        targets: "",
        adamEpsilon: 1e-8,
        annealSteps: null,
        dropout: 0,
        bootstrapTruncated: true,
      },
      algorithmTitle: "REINFORCE (13.3)",
      backend: { name: "kernels", device: "CPU", reason: "small network" },
      progress: this.progress(run),
      own: true,
      solvedAt: 475,
      observationNames: ["cart position", "cart velocity", "pole angle", "pole angular velocity"],
      actionNames: ["left", "right"],
    };
  }

  #playTo(update: number): void {
    while (this.#returns.length < update) {
      const next = this.#returns.length + 1;
      this.#returns.push(playEpisodes(networkOfSkill(skillAt(next)), next * 7919, 0).steps);
    }
  }
}

/** Slow at first, quick in the middle, with relapses: what a learning curve looks like. */
function skillAt(update: number): number {
  const grown = 1 / (1 + Math.exp(-(update - 280) / 60));
  return 0.05 + 0.9 * grown * (1 - 0.12 * Math.sin(update / 37) ** 2);
}

function dependsOnLoss(name: string): boolean {
  return /^(weight|term_|dlogit|size|share)/u.test(name);
}

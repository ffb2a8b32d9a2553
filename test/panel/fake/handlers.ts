import { readLoss } from "../../../src/loss/editing/reading.ts";
import { ChannelError, type Handlers } from "../../../src/protocol/channel.ts";
import type { SortOrder, Source } from "../../../src/protocol/engine.ts";
import type { HostState, PanelMethods } from "../../../src/protocol/panel.ts";
import type { StatisticsView } from "../../../src/protocol/views.ts";
import { outputs } from "./episodes.ts";
import { readFakeLoss } from "./lossText.ts";
import { fakeProof } from "./proof.ts";
import type { FakeRun } from "./run.ts";
import { comparison, lossView } from "./views.ts";

/** What the tests can change about the stand-in host. */
export interface FakeSituation {
  readonly run: FakeRun | null;
  engine: HostState["engine"];
  trusted: boolean;
  damaged: boolean;
  /** Milliseconds before every answer. */
  latency: number;
  readonly commands: string[];
  /** What the page put on the clipboard last. */
  copied: string;
  changed(): void;
}

const runId = "run-1";

export function hostState(situation: FakeSituation, probe: Float64Array): HostState {
  return {
    version: 1,
    probe: situation.damaged ? (JSON.parse(JSON.stringify(probe)) as Float64Array) : probe,
    engine: situation.engine,
    run: situation.run?.view(runId) ?? null,
    trusted: situation.trusted,
    reducedMotion: false,
  };
}

/** Answers everything that a panel may ask, from numbers computed in this page. */
export function fakeHandlers(situation: FakeSituation): Handlers<PanelMethods> {
  let edited = "";
  const run = () => {
    if (situation.run === null) throw new ChannelError("no_run", "There is no run.");
    return situation.run;
  };
  const column = (update: number, source: Source, name: string) =>
    run().column(update, source, edited === "" ? run().trainerLoss : edited, name);
  const ordered = (update: number, source: Source, order: SortOrder | undefined) => {
    if (order === undefined) return null;
    return run().order(
      `${update} ${source} ${edited} ${order.column}`,
      column(update, source, order.column),
      order.descending,
    );
  };
  return {
    ready: ({ probe }) => hostState(situation, probe),
    command: ({ command }) => {
      situation.commands.push(command);
      const next = { pause: "paused", resume: "training", stop: "stopped" } as const;
      if (situation.run !== null && command in next) situation.run.state = next[command as keyof typeof next];
      if (command === "restartEngine") situation.engine = { state: "running" };
      if (command === "oneUpdate" && situation.run !== null) situation.run.updates++;
      situation.changed();
      return null;
    },
    copy: ({ text }) => {
      situation.copied = text;
      return null;
    },
    remember: () => null,
    environments: () => [],
    algorithms: () => [],
    view: () => run().view(runId),
    curve: ({ from, to, buckets }) => run().curve(from, to, buckets),
    select: ({ run: id, update }) => {
      const text = run().trainerLoss;
      const made = run().update(update, text);
      return {
        run: id,
        update,
        steps: made.batch.steps,
        episodes: made.batch.episodes,
        episodeReturn: made.batch.steps,
        actionNames: ["left", "right"],
        observationNames: run().view(runId).observationNames,
        recomputed: "kept",
        kept: true,
        pinned: run().pinned.some((pin) => pin.update === update),
        gamma: run().gamma,
        loss: lossView(text, readFakeLoss(text), made),
      };
    },
    pin: ({ update }) => {
      run().pinned.push({ update, label: "" });
      return null;
    },
    unpin: ({ update }) => {
      const at = run().pinned.findIndex((pin) => pin.update === update);
      if (at >= 0) run().pinned.splice(at, 1);
      return null;
    },
    evaluate: async ({ update, text }) => {
      if (situation.latency > 0) await new Promise((resolve) => setTimeout(resolve, situation.latency));
      const loss = readFakeLoss(text);
      if (loss.diagnostics.length > 0)
        return { ok: false, diagnostics: loss.diagnostics, numbers: loss.numbers };
      edited = text;
      const before = run().update(update, run().trainerLoss);
      const after = run().update(update, text);
      return {
        ok: true,
        diagnostics: readLoss(text).diagnostics.filter(({ severity }) => severity !== "error"),
        numbers: loss.numbers,
        inlays: inlaysOf(text, after.value, after.batch.steps, after.columns.G!),
        loss: lossView(text, loss, after),
        comparison: comparison(before, after),
        milliseconds: 1,
      };
    },
    prove: ({ text, rule }) => {
      run();
      return fakeProof(text, rule);
    },
    compare: ({ update }) =>
      comparison(run().update(update, run().trainerLoss), run().update(update, edited)),
    rows: async ({ update, source, columns, start, end, order }) => {
      if (situation.latency > 0) await new Promise((resolve) => setTimeout(resolve, situation.latency));
      const steps = ordered(update, source, order);
      const rows = Float64Array.from({ length: end - start }, (_, i) => steps?.[start + i] ?? start + i);
      return {
        rows,
        columns: Object.fromEntries(
          columns.map((name) => {
            const values = column(update, source, name);
            return [name, rows.map((step) => values[step] ?? Number.NaN)];
          }),
        ),
      };
    },
    rowOf: ({ update, source, step, order }) => ({
      row: ordered(update, source, order)?.indexOf(step) ?? step,
    }),
    series: ({ update, source, columns, buckets }) =>
      Object.fromEntries(columns.map((name) => [name, decimated(column(update, source, name), buckets)])),
    step: ({ update, source, step }) => {
      const made = run().update(update, source === "trainer" || edited === "" ? run().trainerLoss : edited);
      const action = made.columns.action![step]!;
      const gradient = [0, 1].map((k) => column(update, source, `dlogit[${k}]`)[step]!);
      const c = made.columns.weight![step]!;
      return {
        step,
        episode: made.batch.episode[step]!,
        time: made.batch.time[step]!,
        action,
        reward: 1,
        observation: [...made.batch.observations.subarray(step * 4, step * 4 + 4)],
        outputs: ["left", "right"].map((name, k) => ({
          name,
          logit: Math.log(made.batch.probabilities[step * outputs + k]!),
          probability: made.batch.probabilities[step * outputs + k]!,
          taken: action === k,
          gradient: gradient[k]!,
        })),
        gradientSum: gradient[0]! + gradient[1]!,
        crossEntropy: {
          text: "c · cross_entropy(logits, a)",
          gradients: gradient,
          largestDifference: 2.8e-17,
          hasOther: false,
        },
        values: Object.fromEntries(
          Object.keys(made.columns).map((name) => [name, column(update, source, name)[step]!]),
        ),
        sentence: `Every output gets a gradient: ${["left", "right"][action]}, which was taken, gets −c(1−π) = ${gradient[action]!.toFixed(3)}, the other +c·π = ${gradient[1 - action]!.toFixed(3)} (c = ${c.toFixed(2)}). They sum to 0.`,
      };
    },
    explainCell: ({ update, source, step, column: name }) => {
      const value = column(update, source, name)[step]!;
      const of = (other: string) => column(update, source, other)[step]!.toFixed(4);
      return { value, formula: "c = γᵗ · G", numbers: `${of("weight")} = ${of("gamma_t")} · ${of("G")}` };
    },
    parity: ({ update }) => ({
      update,
      kernels: 0.21,
      rows: [
        {
          backend: "tensorflow",
          device: "CPU",
          precision: "float32",
          gradient: 3.1e-7,
          stepNorms: 8e-8,
          projections: 2.4e-7,
          milliseconds: 1.4,
        },
      ],
      trouble: ["The backend webgpu cannot be used: no graphics driver offers a device."],
    }),
    node: ({ update, text, offset }) => {
      const word = /[\w.]*$/u.exec(text.slice(0, offset))![0] + /^[\w]*/u.exec(text.slice(offset))![0];
      const start = offset - /[\w.]*$/u.exec(text.slice(0, offset))![0].length;
      const name = word === "r" ? "reward" : word;
      const values = run().update(update, run().trainerLoss).columns[name];
      if (values === undefined) return null;
      return {
        start,
        end: start + word.length,
        text: word,
        shape: [values.length],
        symbolicShape: "per step",
        kind: "head of the policy (differentiable)",
        documentation: "",
        value: statistics(values),
        adjoint: statistics(
          run()
            .update(update, text)
            .columns.weight!.map((value) => -value),
        ),
        where: `update ${update}, CartPole-v1, seed 7`,
      };
    },
    apply: ({ loss }) => {
      if (loss !== undefined) run().lossChanges.push({ update: run().updates + 1, text: loss });
      return { fromUpdate: run().updates + 1 };
    },
  };
}

function inlaysOf(text: string, value: number, steps: number, returns: Float64Array) {
  const firstReturn = /^\s*G\s*=.*$/mu.exec(text);
  const last = /^\s*loss\s*=.*$/mu.exec(text);
  return [
    ...(firstReturn === null
      ? []
      : [
          {
            offset: firstReturn.index + firstReturn[0].length,
            text: `[${steps}] ${Math.min(...returns.slice(0, 1000)).toFixed(1)} … ${Math.max(...returns.slice(0, 1000)).toFixed(1)}`,
          },
        ]),
    ...(last === null ? [] : [{ offset: last.index + last[0].length, text: value.toFixed(3) }]),
  ];
}

function decimated(values: Float64Array, buckets: number): { step: Float64Array; value: Float64Array } {
  if (values.length <= 2 * buckets) return { step: values.map((_, i) => i), value: values };
  const steps: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * values.length) / buckets);
    const to = Math.floor(((bucket + 1) * values.length) / buckets);
    let low = from;
    let high = from;
    for (let i = from; i < to; i++) {
      if (values[i]! < values[low]!) low = i;
      if (values[i]! > values[high]!) high = i;
    }
    steps.push(Math.min(low, high));
    if (low !== high) steps.push(Math.max(low, high));
  }
  return { step: Float64Array.from(steps), value: Float64Array.from(steps, (step) => values[step]!) };
}

function statistics(values: Float64Array): StatisticsView {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const minimum = values.reduce((least, value) => Math.min(least, value));
  const maximum = values.reduce((most, value) => Math.max(most, value));
  const blocks = "▁▂▃▄▅▆▇█";
  const spark = Array.from({ length: 24 }, (_, i) => {
    const value = values[Math.floor((i * values.length) / 24)]!;
    return blocks[Math.round(((value - minimum) / (maximum - minimum || 1)) * 7)];
  });
  return {
    count: values.length,
    minimum,
    mean,
    maximum,
    deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
    notANumber: 0,
    infinite: 0,
    sparkline: spark.join(""),
    first: [...values.subarray(0, 5)],
  };
}

import { ensureRuntimes } from "../scripts/runtimes/ensure.ts";
import { Backends } from "../src/engine/backends/backends.ts";
import { fastestBackend } from "../src/engine/backends/choose.ts";
import { type MeasuredBatch, measuredBatch } from "../src/engine/backends/measureUpdate.ts";
import { type BackendName, isDevice } from "../src/engine/backends/names.ts";
import { runtimePlaces } from "../src/engine/runtimes/places.ts";
import { architectureOf } from "../src/policies/architecture.ts";
import { KernelsBackend } from "../src/policies/kernels.ts";
import { createOptimiserState, optimiserSpecification } from "../src/policies/optimiser.ts";
import type { PolicySpecification } from "../src/policies/policy.ts";
import { createGenerator } from "../src/rl/randomGenerator.ts";
import { type Figure, median } from "./measure.ts";
import { oraclesPython, runPeer } from "./peers/python.ts";

const shapes: readonly (readonly [readonly number[], number])[] = [
  [[128], 200],
  [[128], 5_000],
  [[128], 50_000],
  [[512, 512], 200],
  [[512, 512], 5_000],
  [[512, 512], 50_000],
];
const wide = [512, 512];
const normSteps = 5_000;
/** Milliseconds that one measurement may take, and parameters × steps beyond which a slow backend is not asked. */
const longest = 1000;
const mostWork: Readonly<Record<BackendName, number>> = { kernels: 2e9, tensorflow: 1e11, webgpu: 1e11 };
const mostWorkInSoftware = 1e6;

const adam = optimiserSpecification("adam", 1e-3);

/** Whole updates on every backend and by `auto`, beside PyTorch in the same run; then per-step norms, and acting. */
export async function backendFigures(): Promise<Figure[]> {
  Object.assign(process.env, await ensureRuntimes());
  const backends = new Backends(runtimePlaces(process.env));
  const torch = torchTimes();
  const figures: Figure[] = [];
  for (const [index, [hidden, steps]] of shapes.entries()) {
    figures.push(...(await shapeFigures(backends, hidden, steps, torch?.[index])));
  }
  figures.push(await normsFigure(backends, torch?.at(-1)), await actingFigure(backends));
  return figures;
}

function specificationOf(hidden: readonly number[]): PolicySpecification {
  return { observationSize: 4, actionCount: 2, hidden, activation: "relu", bias: true };
}

function torchTimes(): readonly number[] | undefined {
  const python = oraclesPython();
  if (!python) return undefined;
  const asked = [...shapes.map(([hidden, steps]) => [hidden, steps, "update"]), [wide, normSteps, "norms"]];
  const printed = runPeer(python, "update_torch.py", JSON.stringify(asked));
  return printed.milliseconds as unknown as readonly number[];
}

async function shapeFigures(
  backends: Backends,
  hidden: readonly number[],
  steps: number,
  torch: number | undefined,
): Promise<Figure[]> {
  const specification = specificationOf(hidden);
  const work = architectureOf(specification).parameterCount * steps;
  const times = new Map<string, number>();
  for (const { name, device } of await backends.views()) {
    const isSoftware = /swiftshader|llvmpipe/i.test(device);
    const most = isSoftware ? mostWorkInSoftware : mostWork[name as BackendName];
    if (work > most) continue;
    times.set(name, await updateTime(backends, name as BackendName, specification, steps));
  }
  const { name: chosen } = await fastestBackend(backends, { specification, steps, isActed: false });
  const auto = times.get(chosen) ?? (await updateTime(backends, chosen, specification, steps));
  const best = Math.min(auto, ...times.values());
  const title = `4-${hidden.join("-")}-2, T = ${steps.toLocaleString("en-US")}`;
  const isAimed = (hidden.length === 1 && steps === 200) || (hidden.length === 2 && steps >= 5_000);
  const rows = [...times].map(
    ([name, ours]): Figure => ({
      name: `full update on ${name}, ${title}`,
      ours,
      peer: undefined,
      unit: "ms",
      ratio: undefined,
      aim: "told",
      reached: undefined,
    }),
  );
  return [
    ...rows,
    versus(`auto (${chosen}) against PyTorch, ${title}`, auto, torch, isAimed ? 1 : 0.5),
    versus(`auto (${chosen}) against the best backend, ${title}`, auto, best, 1 / 1.1),
  ];
}

/** Median milliseconds of a full update: forward with its outputs read, backward with per-step norms, Adam, θ read. */
async function updateTime(
  backends: Backends,
  name: BackendName,
  specification: PolicySpecification,
  steps: number,
): Promise<number> {
  const batch = measuredBatch(specification, steps);
  if (!isDevice(name)) return await medianTime(kernelsUpdate(specification, batch));
  const policy = (await backends.open(name)).createPolicy(specification);
  const { length } = new KernelsBackend(specification).theta();
  policy.setTheta(initialTheta(specification));
  policy.setMoments(createOptimiserState("adam", length).moments);
  let count = 0;
  const time = await medianTime(async () => {
    policy.forward(batch.observations, steps);
    await policy.outputs();
    policy.backward(batch.outputsGradient);
    policy.step(adam, ++count, undefined);
    await policy.figures();
  });
  policy.dispose();
  return time;
}

function kernelsUpdate(specification: PolicySpecification, batch: MeasuredBatch): () => void {
  const policy = new KernelsBackend(specification);
  policy.setTheta(initialTheta(specification));
  const state = createOptimiserState("adam", policy.theta().length);
  const actions = new Float64Array(batch.steps);
  return () => {
    policy.forward(batch.observations, actions, batch.steps);
    policy.backward(batch.outputsGradient, batch.steps);
    policy.apply(adam, state, undefined);
  };
}

function initialTheta(specification: PolicySpecification): Float64Array {
  const policy = new KernelsBackend(specification);
  policy.initialise(createGenerator(1, "bench"));
  return policy.theta().map(Math.fround);
}

/** Median of calls within `longest` milliseconds, at least 3, after two that do not count. */
async function medianTime(once: () => void | Promise<void>): Promise<number> {
  for (let round = 0; round < 2; round++) await once();
  const times: number[] = [];
  const until = performance.now() + longest;
  while (times.length < 3 || performance.now() < until) {
    const started = performance.now();
    await once();
    times.push(performance.now() - started);
  }
  return median(times);
}

/** Gradient and ‖g_t‖ of every step, without an optimiser's step. */
async function normsFigure(backends: Backends, torch: number | undefined): Promise<Figure> {
  const specification = specificationOf(wide);
  const batch = measuredBatch(specification, normSteps);
  const { name, opened } = await fastestBackend(backends, {
    specification: specification,
    steps: normSteps,
    isActed: false,
  });
  const policy = opened?.createPolicy(specification);
  policy?.setTheta(initialTheta(specification));
  const sgd = optimiserSpecification("sgd", 1e-6);
  const ours = await medianTime(
    policy === undefined
      ? kernelsUpdate(specification, batch)
      : async () => {
          policy.forward(batch.observations, normSteps);
          policy.backward(batch.outputsGradient);
          policy.step(sgd, 1, undefined);
          await policy.figures();
        },
  );
  policy?.dispose();
  const title = `gradient and per-step norms on ${name}, 4-512-512-2, T = 5,000, against vmap(grad)`;
  return versus(title, ours, torch, 15);
}

/** One step of acting on the kernels, against the same asked of a device. */
async function actingFigure(backends: Backends): Promise<Figure> {
  const specification = specificationOf(wide);
  const batch = measuredBatch(specification, 1);
  const policy = new KernelsBackend(specification);
  policy.setTheta(initialTheta(specification));
  const ours = await medianTime(() => policy.act(batch.observations, 0));
  const [present] = await backends.present();
  const device = present && (await backends.open(present.name)).createPolicy(specification);
  device?.setTheta(initialTheta(specification));
  const peer =
    device &&
    (await medianTime(async () => {
      device.forward(batch.observations, 1);
      await device.outputs();
    }));
  device?.dispose();
  return versus(
    `acting one step of 4-512-512-2 on kernels, against ${present?.name ?? "a device"}`,
    ours,
    peer,
    1,
  );
}

/** Ours against a peer's time; `aim` is how many times faster. */
function versus(name: string, ours: number, peer: number | undefined, aim: number): Figure {
  const ratio = peer === undefined ? undefined : peer / ours;
  const reached = ratio === undefined ? undefined : ratio >= aim;
  return { name, ours, peer, unit: "ms", ratio, aim: `≥ ${Number(aim.toPrecision(2))}×`, reached };
}

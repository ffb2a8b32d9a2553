import type { Replay } from "../../diagnosis/trace/evidence.ts";
import { findEnvironment } from "../../environments/registry.ts";
import type { Trace } from "../../runs/trace/trace.ts";

/** Observations are float32 in Gymnasium; one step from a rounded state stays within this. */
const observationTolerance = 1e-3;
const mostSteps = 20_000;

type Read = (observation: readonly number[]) => readonly number[];

const itself: Read = (observation) => observation;

/** How the state is read from an observation, for the environments without chance. Adding one is one row. */
const stateOf: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["CartPole-v1", itself],
  ["CartPole-v0", itself],
  ["MountainCar-v0", itself],
  ["MountainCarContinuous-v0", itself],
  ["Acrobot-v1", ([c1, s1, c2, s2, d1, d2]) => [Math.atan2(s1!, c1!), Math.atan2(s2!, c2!), d1!, d2!]],
  ["Pendulum-v1", ([cosine, sine, velocity]) => [Math.atan2(sine!, cosine!), velocity!]],
]);

/**
 * Takes every recorded action from the recorded observation before it and holds the outcome against the next one.
 * Undefined where the environment is not known, its state cannot be read from an observation, or the recorded
 * observations are not its own (a wrapper changed them).
 */
export function replayTrace(trace: Trace, id: string | undefined): Replay | undefined {
  const choice = id === undefined ? undefined : findEnvironment(id);
  const read = id === undefined ? undefined : stateOf.get(id);
  const { columns, episodes, time, count } = trace.steps;
  if (!choice?.ok || !read) return undefined;
  const environment = choice.record.create();
  const width = columns.obs.width;
  if (width !== environment.observationSpace.low.length) return undefined;
  if (columns.action.width !== 1) return undefined;
  const rows: number[] = [];
  const rewards: number[] = [];
  const terminated: number[] = [];
  const truncated: number[] = [];
  const observation = new Float64Array(width);
  const action = new Float64Array(1);
  let distance = 0;
  for (let row = 0; row < Math.min(count, mostSteps); row++) {
    const seen = Array.from({ length: width }, (_, k) => columns.obs.at(row, k));
    if (seen.some(Number.isNaN)) return undefined;
    environment.restore(read(seen), observation, 0);
    action[0] = columns.action.at(row);
    rewards.push(environment.step(action, 0, observation, 0));
    rows.push(row);
    terminated.push(environment.terminated ? 1 : 0);
    const limit = choice.record.timeLimit;
    truncated.push(limit !== undefined && time.at(row) + 1 >= limit ? 1 : 0);
    if (row + 1 >= count || episodes.at(row + 1) !== episodes.at(row)) continue;
    for (let k = 0; k < width; k++) {
      const recorded = columns.obs.at(row + 1, k);
      distance = Math.max(distance, Math.abs(recorded - observation[k]!) / (1 + Math.abs(recorded)));
    }
  }
  if (!(distance <= observationTolerance)) return undefined;
  return {
    environment: choice.record.id,
    rows: Int32Array.from(rows),
    rewards: Float64Array.from(rewards),
    terminated: Uint8Array.from(terminated),
    truncated: Uint8Array.from(truncated),
    observationDistance: distance,
  };
}

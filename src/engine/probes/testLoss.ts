import type { ProbesView } from "../../protocol/views.ts";
import { isAsAsked, judgeProbes } from "./judgeProbes.ts";
import { type ProbeTask, probeTasks } from "./probeTask.ts";
import { type ProbeMeasurement, paces, readsValue, runProbe } from "./runProbe.ts";

/** Trains a loss on every probe: what works, what fails, and what is likely wrong. Throws a UserError where the text is no loss. */
export function testLossOnProbes(loss: string): ProbesView {
  const started = performance.now();
  const probes = judgeProbes(
    probeTasks
      .filter((task) => task.kind !== "value" || readsValue(loss, task))
      .map((task) => ({ task, measurement: measure(loss, task) })),
  );
  return { loss, probes, milliseconds: performance.now() - started };
}

/** In batches of several episodes; where that fails, episode by episode, which counts if it works. */
function measure(loss: string, task: ProbeTask): ProbeMeasurement {
  const inBatches = runProbe(loss, task, paces[0]);
  if (isAsAsked(task, inBatches)) return inBatches;
  const byEpisode = runProbe(loss, task, paces[1]);
  return isAsAsked(task, byEpisode) ? byEpisode : inBatches;
}

import type { ProbesView } from "../../protocol/views.ts";
import { judgeProbes } from "./judgeProbes.ts";
import { probeTasks } from "./probeTask.ts";
import { runProbe } from "./runProbe.ts";

/** Trains a loss on every probe: what works, what fails, and what is likely wrong. Throws a UserError where the text is no loss. */
export function testLossOnProbes(loss: string): ProbesView {
  const started = performance.now();
  const probes = judgeProbes(probeTasks.map((task) => ({ task, measurement: runProbe(loss, task) })));
  return { loss, probes, milliseconds: performance.now() - started };
}

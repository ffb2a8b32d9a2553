import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Engine } from "../../src/engine/handlers.ts";
import { checkEngineParams } from "../../src/engine/params.ts";
import { Channel } from "../../src/protocol/channel.ts";
import type { EngineEvents, EngineMethods } from "../../src/protocol/engine.ts";
import { inMemoryTransports } from "../../src/protocol/inMemoryTransport.ts";
import type { RunRequest, TrainingProgress } from "../../src/protocol/views.ts";
import { poll } from "./poll.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

export type EngineChannel = Channel<Record<never, never>, EngineMethods>;

/** A client of an engine, with the events it was sent. */
export interface EngineClient {
  readonly call: EngineChannel["call"];
  readonly progress: TrainingProgress[];
  readonly changes: EngineEvents["runChanged"][];
  readonly logs: EngineEvents["log"][];
}

/** The real handlers behind the real params check over an in-memory transport; closed when the test ends. */
export function engineClient(): EngineClient {
  const { near, far, close } = inMemoryTransports();
  let sender: Channel<EngineMethods, Record<never, never>, EngineEvents> | undefined;
  const engine = new Engine((event, payload) => sender?.emit(event, payload));
  sender = new Channel(far, { handlers: engine.handlers, check: checkEngineParams });
  const events = { progress: [] as unknown[], runChanged: [] as unknown[], log: [] as unknown[] };
  const channel: EngineChannel = new Channel(near, {
    handlers: {},
    onEvent: (event, payload) => events[event as keyof typeof events]?.push(payload),
  });
  onTestFinished(async () => {
    await engine.close();
    close();
  });
  return {
    call: channel.call.bind(channel) as EngineChannel["call"],
    progress: events.progress as TrainingProgress[],
    changes: events.runChanged as EngineEvents["runChanged"][],
    logs: events.log as EngineEvents["log"][],
  };
}

/** A small policy: quick to train. */
export const smallRun: RunRequest = { seed: 3, hidden: [16] };

/** A run of so many updates in a folder of its own, trained to its end. */
export async function trainedIn(client: EngineClient, updates: number, settings: RunRequest = smallRun) {
  const out = join(temporaryFolder(), "a.pgrun");
  const { run } = await client.call("train", { settings, out, limit: { updates } });
  await poll("the end of training", async () =>
    (await client.call("view", { run })).progress.state === "finished" ? true : undefined,
  );
  return { run, out };
}

/** A run that waits before its first update. */
export async function pausedIn(client: EngineClient) {
  const out = join(temporaryFolder(), "a.pgrun");
  return { ...(await client.call("train", { settings: smallRun, out, paused: true })), out };
}

import { onTestFinished } from "vitest";
import { Engine } from "../../src/engine/handlers.ts";
import { checkEngineParams } from "../../src/engine/params.ts";
import { Channel } from "../../src/protocol/channel.ts";
import type { EngineEvents, EngineMethods } from "../../src/protocol/engine.ts";
import { inMemoryTransports } from "../../src/protocol/inMemoryTransport.ts";
import type { TrainingProgress } from "../../src/protocol/views.ts";

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

import { Channel } from "../protocol/channel.ts";
import type { EngineEvents, EngineMethods } from "../protocol/engine.ts";
import { Engine } from "./handlers.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { checkEngineParams } from "./params.ts";
import { processTransport } from "./processTransport.ts";
import { sweepPlaces } from "./runtimes/installation.ts";
import { runtimePlaces } from "./runtimes/places.ts";

/** How long a closing engine may take to write down what it has. */
const closingMilliseconds = 800;

/** The engine process: answers its parent over the IPC pipe and ends with it. */
export function runEngine(): void {
  const stopHeartbeat = startHeartbeat();
  let channel: Channel<EngineMethods, Record<never, never>, EngineEvents> | undefined;
  const engine = new Engine((event, payload) => channel?.emit(event, payload));
  channel = new Channel(processTransport(process), { handlers: engine.handlers, check: checkEngineParams });
  sweepPlaces(runtimePlaces(process.env));
  const end = () => {
    stopHeartbeat();
    setTimeout(() => process.exit(1), closingMilliseconds).unref();
    void engine.close().finally(() => process.exit(0));
  };
  process.once("disconnect", end);
  process.once("SIGTERM", end);
  process.once("SIGINT", () => undefined);
}

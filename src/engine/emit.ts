import type { EngineEvents } from "../protocol/engine.ts";

/** How the engine tells the host of something that was not asked for. */
export type Emit = <Name extends keyof EngineEvents>(event: Name, payload: EngineEvents[Name]) => void;

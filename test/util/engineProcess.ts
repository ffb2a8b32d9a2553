import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { processTransport } from "../../src/engine/processTransport.ts";
import { Channel } from "../../src/protocol/channel.ts";
import type { EngineMethods } from "../../src/protocol/engine.ts";
import type { EngineChannel } from "./engineClient.ts";

const main = fileURLToPath(new URL("../../src/engine/main.ts", import.meta.url));

/** The engine as the host starts it: a forked process with its IPC pipe and the pipe on which its heart beats. */
export interface EngineProcess {
  readonly child: ChildProcess;
  readonly call: EngineChannel["call"];
  readonly events: string[];
  readonly heartbeat: Readable;
  /** Everything written on standard error. */
  errors(): string;
  /** Resolves with exit code and signal. */
  readonly ended: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
}

/** Starts the engine in a process of its own; killed when the test ends, if it still lives. */
export function startEngine(): EngineProcess {
  const child = fork(main, [], {
    serialization: "advanced",
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc", "pipe"],
  });
  const ended = once(child, "exit") as EngineProcess["ended"];
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let errors = "";
  child.stderr?.on("data", (bytes: Buffer) => {
    errors += bytes.toString();
  });
  const events: string[] = [];
  const channel = new Channel<Record<never, never>, EngineMethods>(processTransport(child), {
    handlers: {},
    onEvent: (event) => events.push(event),
  });
  return {
    child,
    call: channel.call.bind(channel) as EngineChannel["call"],
    events,
    heartbeat: child.stdio[4] as Readable,
    errors: () => errors,
    ended,
  };
}

import { type ChildProcess, fork } from "node:child_process";
import type { Transport, WireMessage } from "../../protocol/channel.ts";
import type { EngineProcess } from "./engineProcess.ts";
import { scrubEnvironment } from "./scrubEnvironment.ts";

export interface ForkOptions {
  /** The engine's entry, an absolute path. */
  readonly entry: string;
  /** The Node program that runs it. */
  readonly node: string;
  readonly runAsNode: boolean;
  /** Working folder of the engine: its own, never a workspace's. */
  readonly folder: string;
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the engine: no shell, no flags, a scrubbed environment, typed arrays over the message channel. */
export function forkEngine({ entry, node, runAsNode, folder, environment }: ForkOptions): EngineProcess {
  const child = fork(entry, [], {
    execPath: node,
    execArgv: [],
    cwd: folder,
    env: { ...scrubEnvironment(process.env, { runAsNode }), ...environment },
    serialization: "advanced",
    // The last pipe carries the heartbeat, which a thread of the engine's own writes: see engine/heartbeat.ts.
    stdio: ["ignore", "pipe", "pipe", "ipc", "pipe"],
    windowsHide: true,
  });
  return new ForkedEngine(child);
}

const heartbeatDescriptor = 4;

class ForkedEngine implements EngineProcess {
  readonly transport: Transport;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.transport = childTransport(child);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  onExit(listener: (reason: string) => void): void {
    let told = false;
    const tell = (reason: string) => {
      if (told) return;
      told = true;
      listener(reason);
    };
    this.#child.once("exit", (code, signal) => tell(describeExit(code, signal)));
    this.#child.once("error", (error) => {
      if (this.#child.pid === undefined) tell(`could not be started: ${error.message}`);
    });
  }

  onDisconnect(listener: () => void): void {
    this.#child.once("disconnect", listener);
  }

  onOutput(listener: (text: string) => void): void {
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", listener);
    }
  }

  disconnect(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  kill(force: boolean): void {
    this.#child.kill(force ? "SIGKILL" : "SIGTERM");
  }
}

function childTransport(child: ChildProcess): Transport {
  return {
    send(message: WireMessage) {
      // A failed send means that the process is ending; its exit is what gets reported.
      if (child.connected) child.send(message, () => {});
    },
    onMessage(listener) {
      child.on("message", listener);
      child.stdio[heartbeatDescriptor]?.on("data", () =>
        listener({ kind: "event", event: "heartbeat", payload: { at: Date.now() } } satisfies WireMessage),
      );
    },
    onClose(listener) {
      child.once("disconnect", listener);
    },
  };
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `ended by ${signal}`;
  return code === 0 ? "ended by itself" : `ended with code ${code}`;
}

import { ChannelError, type Handlers } from "../../protocol/channel.ts";
import type { EngineMethods } from "../../protocol/engine.ts";
import type {
  HostState,
  PanelCommand,
  PanelEngineMethod,
  PanelMemory,
  PanelMethods,
} from "../../protocol/panel.ts";
import { forwardedMethods } from "./panelSchemas.ts";

/** Asks the engine, as `EngineHost.call` does. */
export type AskEngine = <Name extends keyof EngineMethods & string>(
  method: Name,
  params: EngineMethods[Name]["params"],
  signal?: AbortSignal,
) => Promise<EngineMethods[Name]["result"]>;

/** What passing questions on needs. */
export interface Forwarding {
  readonly ask: AskEngine;
  /** Identifier of the run that the page shows; it may ask about no other. */
  readonly run: () => string | undefined;
  /** Called after the engine has taken over another loss or other settings. */
  readonly applied?: () => Promise<void>;
}

export interface PanelDuties extends Forwarding {
  readonly ready: (params: PanelMethods["ready"]["params"]) => HostState;
  readonly command: (command: PanelCommand, update: number | undefined) => Promise<void>;
  readonly copy: (text: string) => Promise<void>;
  readonly remember: (memory: PanelMemory) => void;
}

/** What a page may call: the engine's questions go through by a closed list, about its own run only. */
export function panelHandlers(duties: PanelDuties): Handlers<PanelMethods> {
  const forwarded: unknown = Object.fromEntries(
    forwardedMethods.map((method) => [method, forward(method, duties)]),
  );
  return {
    ...(forwarded as Pick<Handlers<PanelMethods>, PanelEngineMethod>),
    ready: (params) => duties.ready(params),
    command: async ({ command, update }) => {
      await duties.command(command, update);
      return null;
    },
    copy: async ({ text }) => {
      await duties.copy(text);
      return null;
    },
    remember: (memory) => {
      duties.remember(memory);
      return null;
    },
  };
}

/** Passes a question on to the engine, about the page's own run only. */
export function forward(method: PanelEngineMethod, { ask, run, applied }: Forwarding) {
  return async (params: Record<string, unknown>, { signal }: { signal: AbortSignal }) => {
    if ("run" in params && params.run !== run()) {
      throw new ChannelError("stale_run", "The panel shows another run by now.");
    }
    const answer = await ask(method, params as never, signal);
    if (method === "apply") await applied?.();
    return answer;
  };
}

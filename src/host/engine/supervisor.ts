import { ChannelError } from "../../protocol/channel.ts";
import type { EngineEvents, EngineMethods } from "../../protocol/engine.ts";
import type { EngineHealth } from "../../protocol/panel.ts";
import type { Clock } from "../clock.ts";
import type { LaunchEngine } from "./engineProcess.ts";
import {
  type CloseReason,
  type EngineIdentity,
  EngineSession,
  type SessionDeadlines,
  usualDeadlines,
} from "./engineSession.ts";
import { type RestartLimits, RestartPolicy, usualRestartLimits } from "./restartPolicy.ts";

/** `idle` until something is asked of the engine. */
export type SupervisorHealth = EngineHealth | { readonly state: "idle" };

export interface SupervisorOptions {
  readonly launch: LaunchEngine;
  readonly clock: Clock;
  readonly onHealth: (health: SupervisorHealth) => void;
  readonly onConnected: (engine: EngineIdentity, restarted: boolean) => void;
  readonly onEvent: <Name extends keyof EngineEvents>(event: Name, payload: EngineEvents[Name]) => void;
  readonly onOutput: (text: string) => void;
  readonly deadlines?: SessionDeadlines;
  readonly limits?: RestartLimits;
}

type Params<Name extends keyof EngineMethods> = EngineMethods[Name]["params"];
type Result<Name extends keyof EngineMethods> = EngineMethods[Name]["result"];

/**
 * Keeps one engine process: starts it when it is first needed, restarts it when it closes, and gives up
 * with a reason after the fifth close within three minutes. Knows nothing of the editor.
 */
export class EngineSupervisor {
  readonly #options: SupervisorOptions;
  readonly #policy: RestartPolicy;
  #health: SupervisorHealth = { state: "idle" };
  #session: EngineSession | undefined;
  #waiting = Promise.withResolvers<EngineSession>();
  #cancelRestart: (() => void) | undefined;
  readonly #onEnd = new WeakMap<EngineSession, () => void>();
  #generation = 0;
  #stopped: PromiseWithResolvers<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#policy = new RestartPolicy(options.limits ?? usualRestartLimits);
    this.#waiting.promise.catch(() => {});
  }

  get health(): SupervisorHealth {
    return this.#health;
  }

  /** Starts the engine if it is idle. Resolves once it answers, rejects with code "engine_down". */
  async ready(): Promise<EngineSession> {
    if (this.#stopped !== undefined) throw new ChannelError("engine_down", "The engine was stopped.");
    if (this.#health.state === "idle") void this.#start(false);
    return this.#waiting.promise;
  }

  /** Calls the engine, waiting for it to start or restart first. Rejects with a `ChannelError`. */
  async call<Name extends keyof EngineMethods & string>(
    method: Name,
    params: Params<Name>,
    signal?: AbortSignal,
  ): Promise<Result<Name>> {
    const session = await this.ready();
    return session.channel.call(method, params as never, signal) as Promise<Result<Name>>;
  }

  /** Ends the running engine, if any, forgets earlier closes and starts a new one. */
  async restart(): Promise<void> {
    this.#policy.forget();
    this.#cancelRestart?.();
    if (this.#health.state === "running" || this.#health.state === "down") this.#renewWaiting();
    if (this.#session !== undefined) await this.#endSession(this.#session);
    await Promise.all([this.#start(true), this.#waiting.promise]);
  }

  /** Ends the engine for good; resolves when the process is gone. */
  async stop(): Promise<void> {
    if (this.#stopped !== undefined) return this.#stopped.promise;
    this.#stopped = Promise.withResolvers<void>();
    this.#generation += 1;
    this.#cancelRestart?.();
    this.#waiting.reject(new ChannelError("engine_down", "The engine was stopped."));
    if (this.#session !== undefined) await this.#endSession(this.#session);
    this.#stopped.resolve();
  }

  #endSession(session: EngineSession): Promise<void> {
    this.#generation += 1;
    this.#session = undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onEnd.set(session, resolve);
    session.stop();
    return promise;
  }

  async #start(restarted: boolean): Promise<void> {
    const generation = ++this.#generation;
    this.#setHealth(
      restarted
        ? { state: "restarting", message: "The engine is being started again." }
        : { state: "starting" },
    );
    const session = await this.#launch(generation);
    if (session === undefined) return;
    try {
      const engine = await session.handshake();
      if (generation !== this.#generation) return;
      this.#setHealth({ state: "running" });
      this.#options.onConnected(engine, restarted);
      this.#waiting.resolve(session);
    } catch {
      // The session reports its own end through onClosed.
    }
  }

  async #launch(generation: number): Promise<EngineSession | undefined> {
    const { launch, clock, deadlines = usualDeadlines, onEvent, onOutput } = this.#options;
    try {
      const process = await launch();
      if (generation !== this.#generation) {
        process.kill(true);
        return undefined;
      }
      const session: EngineSession = new EngineSession({
        process,
        clock,
        deadlines,
        onEvent,
        onOutput,
        onClosed: (reason) => this.#closed(session, reason),
      });
      this.#session = session;
      return session;
    } catch (error) {
      if (generation === this.#generation)
        this.#giveUp(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #closed(session: EngineSession, reason: CloseReason): void {
    this.#onEnd.get(session)?.();
    if (session !== this.#session) return;
    this.#session = undefined;
    if (this.#health.state === "running") this.#renewWaiting();
    if (reason.fatal) this.#giveUp(`The engine cannot be used: ${reason.message}.`);
    else this.#mend(reason.message);
  }

  #mend(reason: string): void {
    const { clock } = this.#options;
    const next = this.#policy.closed(clock.now());
    if (!next.restart) {
      this.#giveUp(`The engine closed too often and was not started again: ${reason}.`);
      return;
    }
    this.#setHealth({
      state: "restarting",
      message: `The engine closed (${reason}) and is being restarted.`,
    });
    this.#cancelRestart = clock.after(next.delay, () => void this.#start(true));
  }

  #giveUp(message: string): void {
    this.#setHealth({ state: "down", message });
    this.#waiting.reject(
      new ChannelError("engine_down", message, "Run “Policy Gradient: Restart Engine” or “Show Log”."),
    );
  }

  #renewWaiting(): void {
    this.#waiting = Promise.withResolvers<EngineSession>();
    this.#waiting.promise.catch(() => {});
  }

  #setHealth(health: SupervisorHealth): void {
    this.#health = health;
    if (this.#stopped === undefined) this.#options.onHealth(health);
  }
}

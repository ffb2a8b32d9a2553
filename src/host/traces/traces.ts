import type { OpenTraceView, TraceView } from "../../protocol/traceViews.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import { ReportPages } from "./reportPages.ts";
import { TraceProblems } from "./traceProblems.ts";

/** Traces as the editor's parts use them: checked by the engine, their findings in the Problems panel, their reports. */
export class Traces implements Disposable {
  readonly #owned = new DisposableStore();
  readonly engine: EngineHost;
  readonly #problems = this.#owned.add(new TraceProblems());
  readonly #reports = this.#owned.add(new ReportPages());

  constructor(engine: EngineHost) {
    this.engine = engine;
  }

  /** Reads a trace and shows its findings. Rejects where the file is no trace, with file and line. */
  async check(path: string): Promise<TraceView> {
    try {
      const trace = await this.engine.call("diagnose", { path });
      await this.#problems.show(trace);
      return trace;
    } catch (error) {
      this.#problems.forget(path);
      throw error;
    }
  }

  /** Opens a trace for its page, or reads on. */
  open(path: string): Promise<OpenTraceView> {
    return this.engine.call("openTrace", { path });
  }

  /** Lets go of a trace that no page shows any more. An engine that is gone has let go of it already. */
  async close(run: string): Promise<void> {
    await this.engine.call("close", { run }).catch(() => {});
  }

  /** Opens the report of a trace, at a finding where one is named. */
  async explain(path: string, finding?: string): Promise<void> {
    await this.#reports.show(path, await this.markdown(path), finding);
  }

  /** The report of a trace as Markdown. */
  async markdown(path: string): Promise<string> {
    return (await this.engine.call("traceReport", { path })).markdown;
  }

  /** Shows the change of the script that mends a finding; false where the mistake has no known form there. */
  mend(path: string, finding: string): Promise<boolean> {
    return this.#problems.mend(path, finding);
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

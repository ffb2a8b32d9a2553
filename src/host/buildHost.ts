import * as vscode from "vscode";
import { Commands } from "./commands/commands.ts";
import { followContextKeys } from "./commands/contextKeys.ts";
import { commandHandlers, panelCommandIds } from "./commands/handlers.ts";
import { Comparisons } from "./comparison/comparisons.ts";
import { DisposableStore } from "./disposables.ts";
import { announceEngine } from "./engine/announceEngine.ts";
import { EngineHost } from "./engine/engineHost.ts";
import { LossEvaluations } from "./language/evaluations.ts";
import { registerLossLanguage } from "./language/lossLanguage.ts";
import { RuleExplanations } from "./language/ruleExplanations.ts";
import { Panels } from "./panel/panels.ts";
import { reopenAsPages } from "./reopenAsPages.ts";
import { RunsView } from "./runs/runsView.ts";
import { DoctorPage } from "./runtimes/doctorPage.ts";
import { followLibraryFolder } from "./runtimes/followLibraryFolder.ts";
import { HostStore } from "./store.ts";
import { NewestNames } from "./traces/newestNames.ts";
import { TraceEditors } from "./traces/traceEditors.ts";
import { TraceHover } from "./traces/traceHover.ts";
import { TraceInlays } from "./traces/traceInlays.ts";
import { Traces } from "./traces/traces.ts";
import { StatusBar } from "./training/statusBar.ts";
import { Trainer } from "./training/trainer.ts";

/** What tests may hold of the extension. */
export interface HostApi {
  /** Milliseconds that building and registering everything took. */
  readonly activationMilliseconds: number;
  readonly store: HostStore;
  readonly engine: EngineHost;
  readonly panels: Panels;
  readonly runs: RunsView;
  readonly statusBar: StatusBar;
  readonly traceEditors: TraceEditors;
  readonly comparisons: Comparisons;
  readonly traces: Traces;
}

/** Builds every part of the host; disposing the result disposes them in reverse order. */
export function buildHost(context: vscode.ExtensionContext) {
  const owned = new DisposableStore();
  const log = owned.add(vscode.window.createOutputChannel("Policy Gradient", { log: true }));
  const store = new HostStore();
  store.dispatch({ kind: "trust", trusted: vscode.workspace.isTrusted });
  owned.add(
    vscode.workspace.onDidGrantWorkspaceTrust(() => store.dispatch({ kind: "trust", trusted: true })),
  );
  const storage = context.globalStorageUri;
  const { extensionUri } = context;
  const engine = owned.add(
    new EngineHost({ extensionFolder: context.extensionPath, workFolder: storage, store, log }),
  );
  const trainer = owned.add(new Trainer({ engine, store, log, storage }));
  const panels: Panels = owned.add(
    new Panels({
      log,
      trainer,
      services: {
        extensionUri,
        store,
        engine,
        refreshRun: (path) => trainer.refresh(path),
        runCommand: async (command, target) => {
          await commands.run(panelCommandIds[command], [target]);
        },
      },
    }),
  );
  const runs = owned.add(new RunsView({ engine, store, panels, log, storage }));
  const statusBar = owned.add(new StatusBar(store));
  const doctorPage = owned.add(new DoctorPage());
  const traces = owned.add(new Traces(engine));
  const traceEditors = owned.add(new TraceEditors({ extensionUri, store, traces }));
  const comparisons = owned.add(new Comparisons({ extensionUri, engine }));
  const evaluations = owned.add(new LossEvaluations(engine));
  const explanations = owned.add(new RuleExplanations());
  const memory = context.workspaceState;
  const tools = {
    store,
    engine,
    trainer,
    panels,
    runs,
    evaluations,
    explanations,
    doctorPage,
    traces,
    comparisons,
    log,
    memory,
    storage,
    extensionUri,
  };
  const commands: Commands = owned.add(new Commands(tools, commandHandlers));
  owned.add(registerLossLanguage({ engine, store, panels, evaluations, log }));
  const newest = new NewestNames(engine, log);
  const python = { language: "python", scheme: "file" };
  owned.add(vscode.languages.registerHoverProvider(python, new TraceHover(newest)));
  const inlays = owned.add(new TraceInlays(newest));
  owned.add(vscode.languages.registerInlayHintsProvider(python, inlays));
  owned.add(followContextKeys(store));
  owned.add(followLibraryFolder(engine, store));
  owned.add(announceEngine(store, (id) => commands.run(id)));
  void reopenAsPages();
  return {
    engine,
    parts: { store, engine, panels, runs, statusBar, traceEditors, comparisons, traces },
    dispose: () => owned.dispose(),
  };
}

import { checkPanelParams } from "../../src/host/panel/panelSchemas.ts";
import { Channel, type EventTable, type MethodTable } from "../../src/protocol/channel.ts";
import type { PanelEvents, PanelMemory, PanelMethods } from "../../src/protocol/panel.ts";
import { type FakeSituation, fakeHandlers, hostState } from "./fake/handlers.ts";
import { FakeRun } from "./fake/run.ts";

/** What tests may do to the page from outside. */
export interface FakeControls {
  readonly situation: FakeSituation;
  /** Makes updates as fast as frames come, until stopped. */
  train(on: boolean): void;
  setTheme(theme: "dark" | "light" | "hc" | "hc-light"): void;
  send<Name extends keyof PanelEvents & string>(event: Name, payload: PanelEvents[Name]): void;
  readonly violations: string[];
}

declare global {
  interface Window {
    fake: FakeControls;
    acquireVsCodeApi(): unknown;
  }
}

const themeClasses = {
  dark: "vscode-dark",
  light: "vscode-light",
  hc: "vscode-high-contrast",
  "hc-light": "vscode-high-contrast vscode-high-contrast-light",
};

/** Stands in for the editor: gives the page its handle and answers in its place. */
function install(): void {
  const parameters = new URLSearchParams(location.search);
  const rows = Number(parameters.get("rows") ?? 0);
  const run = parameters.has("empty") ? null : new FakeRun(Number(parameters.get("updates") ?? 620), rows);
  if (run !== null && !parameters.has("training")) run.state = "paused";
  const listeners: ((message: unknown) => void)[] = [];
  const situation: FakeSituation = {
    run,
    engine: { state: "running" },
    trusted: true,
    damaged: parameters.has("damaged"),
    latency: Number(parameters.get("latency") ?? 0),
    commands: [],
    copied: "",
    changed: () => channel.emit("state", hostState(situation, new Float64Array())),
  };
  const channel: Channel<PanelMethods, MethodTable, PanelEvents> = new Channel<
    PanelMethods,
    MethodTable,
    PanelEvents
  >(
    {
      send: (message) => window.postMessage(message, "*"),
      onMessage: (listener) => listeners.push(listener),
      onClose: () => {},
    },
    { handlers: fakeHandlers(situation), check: checkPanelParams },
  );
  window.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => {
        for (const listener of listeners) listener(copy);
      });
    },
    getState: () => JSON.parse(sessionStorage.getItem("memory") ?? "null") as PanelMemory | null,
    setState: (memory: PanelMemory) => sessionStorage.setItem("memory", JSON.stringify(memory)),
  });
  window.fake = controls(situation, channel);
  window.fake.setTheme((parameters.get("theme") ?? "dark") as "dark");
  if (parameters.has("training")) window.fake.train(true);
}

function controls(
  situation: FakeSituation,
  channel: Channel<PanelMethods, MethodTable & EventTable, PanelEvents>,
): FakeControls {
  let training = false;
  const violations: string[] = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
  });
  const tick = () => {
    const { run } = situation;
    if (!training || run === null) return;
    run.updates++;
    channel.emit("progress", run.progress("run-1"));
    channel.emit("runChanged", { run: "run-1", updates: run.updates });
    requestAnimationFrame(tick);
  };
  return {
    situation,
    violations,
    train(on) {
      const starts = on && !training;
      training = on;
      if (starts) requestAnimationFrame(tick);
    },
    setTheme(theme) {
      document.documentElement.dataset.theme = theme;
      const change = () => {
        document.body.className = themeClasses[theme];
        document.body.dataset.vscodeThemeId = theme;
      };
      if (document.body === null) document.addEventListener("DOMContentLoaded", change, { once: true });
      else change();
    },
    send: (event, payload) => channel.emit(event, payload),
  };
}

install();

import "./trace.css";
import { Channel, type EventTable, type MethodTable } from "../../src/protocol/channel.ts";
import {
  type TracePageEvents,
  type TracePageMethods,
  type TracePageState,
  tracePageVersion,
} from "../../src/protocol/tracePage.ts";
import { type EditorApi, editorTransport } from "../transport.ts";
import { TracePage } from "./tracePage.ts";

declare function acquireVsCodeApi(): EditorApi;

/** Builds the page of a trace and says hello to the host; what it is told from then on is drawn as it comes. */
function start(): void {
  customElements.define("pgi-trace", TracePage);
  const page = document.createElement("pgi-trace") as TracePage;
  const show = (state: TracePageState) => {
    document.body.classList.toggle("vscode-reduce-motion", state.reducedMotion);
    page.state = state;
  };
  const channel = new Channel<MethodTable, TracePageMethods, EventTable>(
    editorTransport(acquireVsCodeApi(), window),
    {
      handlers: {},
      onEvent: (event, payload) => {
        if (event === "state") show(payload as TracePageEvents["state"]);
      },
    },
  );
  const say = (error: unknown) => page.complain(error instanceof Error ? error.message : String(error));
  page.ask = (method, params) => void channel.call(method, params as never).catch(say);
  document.body.append(page);
  channel.call("ready", { version: tracePageVersion }).then(show, say);
}

start();

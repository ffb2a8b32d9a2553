import { checkPanelParams } from "../../../src/host/panel/panelSchemas.ts";
import { Channel, type MethodTable, type WireMessage } from "../../../src/protocol/channel.ts";
import { inMemoryTransports } from "../../../src/protocol/inMemoryTransport.ts";
import type { PanelEvents, PanelMemory, PanelMethods } from "../../../src/protocol/panel.ts";
import { Session } from "../../../webview/session.ts";
import { initialState, type PanelState, reduce } from "../../../webview/state.ts";
import { Store } from "../../../webview/store.ts";
import { type FakeSituation, fakeHandlers, hostState } from "../../panel/fake/handlers.ts";
import { FakeRun } from "../../panel/fake/run.ts";
import { poll } from "../../util/poll.ts";

/** The page's state and session joined to a host that computes its answers, without a page. */
export function openSession(
  memory: PanelMemory | null = null,
  onTheWay: (message: WireMessage) => WireMessage = (message) => message,
) {
  const situation: FakeSituation = {
    run: new FakeRun(40, 0),
    engine: { state: "running" },
    trusted: true,
    damaged: false,
    latency: 0,
    commands: [],
    copied: "",
    changed: () => host.emit("state", hostState(situation, new Float64Array())),
  };
  const calls: { method: string; params: unknown }[] = [];
  const kept: PanelMemory[] = [];
  const { near, far } = inMemoryTransports();
  const host = new Channel<PanelMethods, MethodTable, PanelEvents>(far, {
    handlers: fakeHandlers(situation),
    check: (method, params) => {
      calls.push({ method, params });
      return checkPanelParams(method, params);
    },
  });
  const store = new Store(initialState(memory), reduce);
  const way = {
    send: (message: WireMessage) => near.send(onTheWay(message)),
    onMessage: near.onMessage.bind(near),
    onClose: near.onClose.bind(near),
  };
  const session = new Session(store, way, (memory) => kept.push(memory));
  return {
    situation,
    host,
    store,
    session,
    calls,
    kept,
    until: (what: string, holds: (state: PanelState) => boolean) =>
      poll(what, () => (holds(store.state) ? store.state : undefined), 5_000),
  };
}

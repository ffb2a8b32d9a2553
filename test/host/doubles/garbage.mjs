import { exitOnDisconnect, hello, send, serve, startHeartbeat } from "./wire.mjs";

// Between right answers it sends what is no message at all.
for (const noise of [
  null,
  0,
  "text",
  [],
  {},
  { kind: "result" },
  { kind: "result", id: 999, value: 1 },
  { kind: "failure", id: 1, error: null },
  { kind: "event", event: "__proto__", payload: { polluted: true } },
  { kind: "call", id: 1, method: "constructor", params: {} },
]) {
  send(noise);
}
serve({ hello, credit: () => null, environments: () => [] });
startHeartbeat(50);
exitOnDisconnect();

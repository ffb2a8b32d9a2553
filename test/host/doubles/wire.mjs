// The engine's end of the message channel, without the engine: what the doubles share.
export const protocolVersion = 1;

export const backends = [
  { name: "kernels", present: true, device: "CPU", precision: "float64", detail: "typed-array loops" },
];

export function send(message) {
  if (process.connected) process.send(message, () => {});
}

export const emit = (event, payload) => send({ kind: "event", event, payload });

/** Answers calls by the handlers given; a method without a handler is an error, as in the engine. */
export function serve(handlers) {
  process.on("message", async (message) => {
    if (message?.kind !== "call") return;
    const { id, method, params } = message;
    const handler = handlers[method];
    if (handler === undefined) {
      return send({ kind: "failure", id, error: { code: "unknown_method", message: `no ${method}` } });
    }
    try {
      send({ kind: "result", id, value: (await handler(params)) ?? null });
    } catch (error) {
      send({ kind: "failure", id, error: { code: error.code ?? "failed", message: error.message } });
    }
  });
}

export const hello = ({ probe }) => ({
  version: protocolVersion,
  probe,
  node: process.version,
  backends,
});

export function startHeartbeat(milliseconds = 1000) {
  return setInterval(() => emit("heartbeat", { at: Date.now() }), milliseconds);
}

export function exitOnDisconnect() {
  process.on("disconnect", () => process.exit(0));
}

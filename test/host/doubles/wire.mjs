// The engine's end of the message channel, without the engine: what the doubles share.
export const protocolVersion = 1;

export const backends = [
  { name: "kernels", present: true, device: "CPU", precision: "float64", detail: "typed-array loops" },
];

export function send(/** @type {unknown} */ message) {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

export function emit(/** @type {string} */ event, /** @type {unknown} */ payload) {
  send({ kind: "event", event, payload });
}

/**
 * Answers calls by the handlers given; a method without a handler is an error, as in the engine.
 * @param {Record<string, (params: any) => unknown>} handlers
 */
export function serve(handlers) {
  process.on("message", async (/** @type {any} */ message) => {
    if (message?.kind !== "call") return;
    const { id, method, params } = message;
    const handler = handlers[method];
    if (handler === undefined) {
      return send({ kind: "failure", id, error: { code: "unknown_method", message: `no ${method}` } });
    }
    try {
      send({ kind: "result", id, value: (await handler(params)) ?? null });
    } catch (error) {
      send({ kind: "failure", id, error: { code: "failed", message: String(error) } });
    }
  });
}

export function hello(/** @type {{ probe: Float64Array }} */ { probe }) {
  return { version: protocolVersion, probe, node: process.version, backends };
}

export function startHeartbeat(milliseconds = 1000) {
  return setInterval(() => emit("heartbeat", { at: Date.now() }), milliseconds);
}

export function exitOnDisconnect() {
  process.on("disconnect", () => process.exit(0));
}

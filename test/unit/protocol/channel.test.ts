import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Channel, ChannelError, type ChannelOptions, type Transport } from "../../../src/protocol/channel.ts";
import { inMemoryTransports } from "../../../src/protocol/inMemoryTransport.ts";

type Methods = {
  double: { params: Float64Array; result: Float64Array };
  fail: { params: { code: string }; result: null };
  wait: { params: null; result: string };
};
type Events = { tick: { readonly at: number } };
type Nothing = Record<never, never>;

function connect(options: Partial<ChannelOptions<Methods>> = {}, callerTimeout?: number) {
  const { near, far, close } = inMemoryTransports();
  const events: unknown[] = [];
  const handled: string[] = [];
  const server = new Channel<Methods, Nothing, Events>(far, {
    handlers: {
      double: (values) => values.map((value) => 2 * value),
      fail: ({ code }) => {
        throw new ChannelError(code, "as asked", "ask for less");
      },
      wait: (_, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            handled.push("aborted");
            resolve("too late");
          });
        }),
    },
    ...options,
  });
  const client = new Channel<Nothing, Methods, Nothing>(near, {
    handlers: {},
    onEvent: (event, payload) => events.push([event, payload]),
    ...(callerTimeout !== undefined && { timeout: callerTimeout }),
  });
  return { client, server, close, events, handled, near };
}

describe("a channel", () => {
  test("returns each call's own answer, typed arrays as typed arrays", async () => {
    const { client } = connect();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.float64Array({ maxLength: 8 }), { maxLength: 5 }), async (inputs) => {
        const answers = await Promise.all(inputs.map((input) => client.call("double", input)));
        expect(answers).toEqual(inputs.map((input) => input.map((value) => 2 * value)));
      }),
    );
  });

  test("rejects with the handler's code, message and hint", async () => {
    const { client } = connect();
    await expect(client.call("fail", { code: "run_busy" })).rejects.toMatchObject({
      code: "run_busy",
      message: "as asked",
      hint: "ask for less",
    });
  });

  test("answers an unknown method with an error", async () => {
    const { client } = connect();
    const call = (client as unknown as Channel<Nothing, { toString: { params: null; result: null } }>).call(
      "toString",
      null,
    );
    await expect(call).rejects.toMatchObject({ code: "unknown_method" });
  });

  test("refuses params that the check refuses, before the handler sees them", async () => {
    const { client } = connect({ check: (method) => (method === "fail" ? "no" : undefined) });
    await expect(client.call("fail", { code: "x" })).rejects.toMatchObject({
      code: "bad_params",
      message: "fail: no",
    });
  });

  test("cancels the handler and the call when the signal aborts", async () => {
    const { client, handled } = connect();
    const controller = new AbortController();
    const call = client.call("wait", null, controller.signal);
    await Promise.resolve();
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    await client.call("double", new Float64Array());
    expect(handled).toEqual(["aborted"]);
  });

  test("fails a call that gets no answer in time", async () => {
    const { client } = connect({}, 5);
    await expect(client.call("wait", null)).rejects.toMatchObject({ code: "timeout" });
  });

  test("fails waiting and later calls when the other end is gone", async () => {
    const { client, close } = connect();
    const waiting = client.call("wait", null);
    close();
    await expect(waiting).rejects.toMatchObject({ code: "closed" });
    await expect(client.call("wait", null)).rejects.toMatchObject({ code: "closed" });
  });

  test("delivers events", async () => {
    const { client, server, events } = connect();
    server.emit("tick", { at: 3 });
    await client.call("double", new Float64Array());
    expect(events).toEqual([["tick", { at: 3 }]]);
  });

  test("ignores what is no message", async () => {
    const listeners: ((message: unknown) => void)[] = [];
    const sent: unknown[] = [];
    const transport: Transport = {
      send: (message) => sent.push(message),
      onMessage: (listener) => listeners.push(listener),
      onClose: () => undefined,
    };
    new Channel<Nothing, Nothing>(transport, { handlers: {} });
    fc.assert(
      fc.property(fc.anything(), (message) => {
        for (const listener of listeners) listener(message);
      }),
    );
    expect(sent).toEqual([]);
  });
});

import type { Transport, WireMessage } from "../src/protocol/channel.ts";
import type { PanelMemory } from "../src/protocol/panel.ts";

/** The handle that the editor gives a webview page, once per page. */
export interface EditorApi<Memory = PanelMemory> {
  postMessage(message: unknown): void;
  getState(): Memory | undefined;
  setState(memory: Memory): void;
}

/**
 * Carries the channel over the editor's webview messages. The source of a message is not checked:
 * the host's arrive with a null or foreign one, and the channel drops what has not its form.
 */
export function editorTransport(api: Pick<EditorApi, "postMessage">, page: Window): Transport {
  return {
    send(message: WireMessage): void {
      api.postMessage(message);
    },
    onMessage(listener): void {
      page.addEventListener("message", (event) => listener(event.data));
    },
    onClose(listener): void {
      page.addEventListener("pagehide", () => listener());
    },
  };
}

/** Numbers that only survive a transport which carries typed arrays as they are. */
export function binaryProbe(): Float64Array {
  return Float64Array.of(Math.PI, Number.NaN, -0, Number.NEGATIVE_INFINITY, Number.MIN_VALUE);
}

/** Whether a probe came back as the same numbers in the same kind of array. */
export function probeIsIntact(sent: Float64Array, received: unknown): boolean {
  if (Object.prototype.toString.call(received) !== "[object Float64Array]") return false;
  const values = received as Float64Array;
  return values.length === sent.length && sent.every((value, index) => Object.is(value, values[index]));
}

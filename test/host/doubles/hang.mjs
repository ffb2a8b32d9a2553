import { hello, serve } from "./wire.mjs";

// Answers the handshake and then stands still, without a heartbeat and deaf to a polite end.
serve({
  hello,
  credit: () => {
    for (;;);
  },
});

import { emit, exitOnDisconnect, hello, serve, startHeartbeat } from "./wire.mjs";

// Sends progress without asking for credit.
serve({
  hello,
  credit: () => {
    for (let i = 0; i < 12_000; i++) emit("progress", { run: "run-1", state: "training", update: i });
  },
});
startHeartbeat(50);
exitOnDisconnect();

import { emit, exitOnDisconnect, hello, serve, startHeartbeat } from "./wire.mjs";

let credit = 0;
serve({
  hello,
  credit: (/** @type {{ count: number }} */ { count }) => {
    credit += count;
    while (credit > 0) {
      credit -= 1;
      emit("progress", { run: "run-1", state: "training", update: credit });
    }
  },
  environments: () => [{ id: "CartPole-v1", title: "CartPole-v1", detail: `in process ${process.pid}` }],
});
startHeartbeat(50);
exitOnDisconnect();

import { emit, exitOnDisconnect, hello, serve } from "./wire.mjs";

// Answers the handshake, then dies by the signal that a native fault would raise.
serve({ hello, credit: () => setImmediate(() => process.kill(process.pid, "SIGKILL")) });
emit("heartbeat", { at: Date.now() });
exitOnDisconnect();

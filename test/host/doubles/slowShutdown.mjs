import { hello, serve, startHeartbeat } from "./wire.mjs";

// Deaf to the closed channel and to SIGTERM.
serve({ hello, credit: () => null });
startHeartbeat(50);
process.on("SIGTERM", () => {});

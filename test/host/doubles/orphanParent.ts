import path from "node:path";
import { makeProbe } from "../../../src/host/engine/binaryProbe.ts";
import { forkEngine } from "../../../src/host/engine/forkEngine.ts";
import { Channel } from "../../../src/protocol/channel.ts";
import { type EngineMethods, engineProtocolVersion } from "../../../src/protocol/engine.ts";

/** Starts a real engine as the extension host does, lets it train, prints its process id, and waits to be killed. */
const [folder = ""] = process.argv.slice(2);
const entry = path.resolve(import.meta.dirname, "../../../src/engine/main.ts");
const engine = forkEngine({ entry, node: process.execPath, runAsNode: false, folder });
const channel = new Channel<Record<never, never>, EngineMethods>(engine.transport, { handlers: {} });
engine.onOutput((text) => process.stderr.write(text));
await channel.call("hello", { version: engineProtocolVersion, probe: makeProbe() });
await channel.call("train", { settings: {}, out: path.join(folder, "orphan.pgrun") });
console.log(engine.pid);

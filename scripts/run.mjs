import { underPinnedNode } from "./lib/processes.mjs";
import { setUp } from "./lib/setUp.mjs";
import { finish, SetUpError } from "./lib/stage.mjs";

/** @type {Record<string, { script: string, build: boolean }>} */
const tasks = {
  build: { script: "esbuild.mjs", build: false },
  test: { script: "scripts/test.ts", build: true },
  oracles: { script: "scripts/oracles.ts", build: true },
  nightly: { script: "scripts/nightly.ts", build: false },
  electron: { script: "test/host/electron.ts", build: true },
  screenshots: { script: "scripts/screenshots.ts", build: true },
  package: { script: "scripts/package.ts", build: true },
  bench: { script: "bench/main.ts", build: true },
  reproduce: { script: "scripts/reproduce.ts", build: true },
};

async function run(/** @type {string} */ name, /** @type {string[]} */ args) {
  const task = tasks[name];
  if (!task) throw new SetUpError(`No task "${name}"; there are ${Object.keys(tasks).join(", ")}.`);
  await setUp({ build: task.build });
  return underPinnedNode([task.script, ...args]);
}

const [name = "", ...args] = process.argv.slice(2);
await finish(run(name, args));

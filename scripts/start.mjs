import { underPinnedNode } from "./lib/processes.mjs";
import { setUp } from "./lib/setUp.mjs";
import { finish } from "./lib/stage.mjs";

const help = `npm start -- [--terminal] [--port N] [options of pgi train]

Trains REINFORCE on CartPole-v1 into examples/workspace/.policy-gradient/runs, after all set-up that is missing,
and opens VS Code on that folder: the desktop one where \`code\` is on the PATH and there is a display, else VS Code
for the browser, at an address with a random token (fetched once, about a minute). Ctrl-C ends all it started.

  --terminal   train and print the last update's step table; no VS Code
  --port N     port of the browser's VS Code on 127.0.0.1 (default: 8470, or a free one where that is taken)
  --browser    the browser's VS Code even where there is a desktop one

All else goes to \`pgi train\`, for example --seed 3 --hidden 64 --steps 1000000 (node dist/cli.js train --help).
`;

async function main(/** @type {string[]} */ args) {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(help);
    return 0;
  }
  await setUp();
  return underPinnedNode(["scripts/start/main.ts", ...args]);
}

await finish(main(process.argv.slice(2)));

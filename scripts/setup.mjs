import { setUp } from "./lib/setUp.mjs";
import { finish, secondsSince } from "./lib/stage.mjs";

async function main() {
  const start = performance.now();
  await setUp();
  console.log(`Set-up is complete (${secondsSince(start)}).`);
  return 0;
}

await finish(main());

import { finish } from "./lib/stage.mjs";
import { closingLine } from "./test/outcome.ts";
import { vitest } from "./test/runners.ts";

const usual = { runs: 100_000 };

/** The seed of a night: NIGHTLY_SEED, or another one every time; printed, so that a failure can be made again. */
function seedOfTonight(): number {
  const given = process.env.NIGHTLY_SEED;
  return given === undefined ? Date.now() % 2 ** 31 : Number(given);
}

/** `npm run test:nightly -- [FILTER …]`; NIGHTLY_RUNS (100,000) and NIGHTLY_SEED say how much and which. */
async function main(filters: readonly string[]): Promise<number> {
  const seed = seedOfTonight();
  process.env.NIGHTLY_SEED = String(seed);
  process.env.NIGHTLY_RUNS ??= String(usual.runs);
  console.log(`NIGHTLY_SEED=${seed} NIGHTLY_RUNS=${process.env.NIGHTLY_RUNS}`);
  const outcome = await vitest("vitest.nightly.config.ts", filters);
  console.log(closingLine(outcome));
  return outcome.failed > 0 ? 1 : 0;
}

await finish(main(process.argv.slice(2)));

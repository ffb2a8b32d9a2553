import { finish, SetUpError } from "./lib/stage.mjs";
import { ensureOracles } from "./oracles/install.ts";
import { closingLine, type Outcome, skipLines, skippedFor } from "./test/outcome.ts";
import { vitest } from "./test/runners.ts";

/** Runs test/oracles against the live oracles; skipped with the reason where they cannot be installed. */
async function outcome(filters: readonly string[]): Promise<Outcome> {
  try {
    process.env.ORACLE_PYTHON = await ensureOracles();
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    return skippedFor("test/oracles", error.message);
  }
  return vitest("vitest.oracles.config.ts", filters);
}

/** `npm run test:oracles -- [FILTER …]`, filters as vitest takes them. */
async function main(filters: readonly string[]): Promise<number> {
  const result = await outcome(filters);
  for (const line of skipLines(result.skipped)) console.log(line);
  console.log(closingLine(result));
  return result.failed > 0 ? 1 : 0;
}

await finish(main(process.argv.slice(2)));

import { finish, SetUpError, secondsSince } from "./lib/stage.mjs";
import { closingLine, type Outcome, skipLines, sum } from "./test/outcome.ts";
import { suites } from "./test/suites.ts";

/** Splits `unit host loss/parse` into suites, all where none is named, and what follows them. */
function selection(args: readonly string[]): { names: readonly string[]; filters: readonly string[] } {
  const first = args.findIndex((argument) => !Object.hasOwn(suites, argument));
  const names = first === -1 ? args : args.slice(0, first);
  if (args.length > 0 && names.length === 0) {
    throw new SetUpError(`No suite "${args[0]}"; there are ${Object.keys(suites).join(", ")}.`);
  }
  return {
    names: names.length > 0 ? names : Object.keys(suites),
    filters: first === -1 ? [] : args.slice(first),
  };
}

async function runSuite(name: string, filters: readonly string[]): Promise<Outcome> {
  const suite = suites[name]!;
  const start = performance.now();
  console.log(`── ${name}: ${suite.about}`);
  const outcome = await suite.run(filters);
  console.log(`   ${name}: ${closingLine(outcome)} (${secondsSince(start)})`);
  return outcome;
}

async function main(args: readonly string[]): Promise<number> {
  const { names, filters } = selection(args);
  const outcomes: Outcome[] = [];
  for (const name of names) outcomes.push(await runSuite(name, filters));
  const total = sum(outcomes);
  for (const line of skipLines(total.skipped)) console.log(line);
  console.log(closingLine(total));
  return total.failed > 0 ? 1 : 0;
}

await finish(main(process.argv.slice(2)));

import { UserError } from "../engine/userError.ts";
import { nearestName } from "../protocol/choice.ts";
import { RunError } from "../runs/runError.ts";
import { type CommandRecord, helpText } from "./command.ts";
import { commands } from "./commands.ts";
import { type Console, type ExitCode, errorLine } from "./output.ts";
import { parseArguments } from "./parseArguments.ts";

/** Codes of errors that other words on the command line would have avoided. */
const wrongUse: ReadonlySet<string> = new Set([
  "usage",
  "unknown_command",
  "unknown_environment",
  "unknown_algorithm",
  "unknown_update",
  "unknown_rule",
  "discrete_actions",
  "continuous_actions",
  "out_of_range",
  "wrong_loss",
  "wrong_data",
  "missing_file",
  "missing",
  "noFolder",
  "exists",
  "foreign",
]);

/** Runs one `pgi` command. Exit 0: done; 1: a check failed or the outside got in the way; 2: wrong use. */
export async function runCli(words: readonly string[], console: Console): Promise<ExitCode> {
  const [name, ...rest] = words;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.out(overview());
    return name === undefined ? 2 : 0;
  }
  try {
    const command = findCommand(name);
    if (rest.includes("--help") || rest.includes("-h")) {
      console.out(helpText(command));
      return 0;
    }
    return await command.run(parseArguments(command, rest), console);
  } catch (error) {
    console.error(errorLine(error));
    const isKnown = error instanceof UserError || error instanceof RunError;
    if (!isKnown && process.env.PGI_STACK) console.error(`${(error as Error).stack}\n`);
    return isKnown && wrongUse.has(error.code) ? 2 : 1;
  }
}

function findCommand(name: string): CommandRecord {
  const command = commands.find((candidate) => candidate.name === name);
  if (command) return command;
  const names = commands.map((candidate) => candidate.name);
  const nearest = nearestName(name, names);
  const offer = nearest === undefined ? `There are ${names.join(", ")}.` : `Did you mean ${nearest}?`;
  throw new UserError("unknown_command", `There is no command "${name}".`, offer);
}

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return `pgi: train a policy, open any update, edit its loss, see the gradients change\n\nusage: pgi COMMAND …\n\n${lines.join("\n")}\n\npgi COMMAND --help tells the rest. Exit: 0 done, 1 a check failed, 2 wrong use.\n`;
}

import { parseArgs } from "node:util";
import { UserError } from "../engine/userError.ts";
import type { Console, ExitCode } from "./output.ts";

/** One option of a command; a `value` word makes it take a value. */
export interface OptionRecord {
  readonly value?: string;
  readonly help: string;
  readonly short?: string;
  readonly repeated?: boolean;
}

export interface Parsed {
  readonly positionals: readonly string[];
  /** The text given for an option, or undefined. Throws nothing: ranges are checked by `number` and friends. */
  text(name: string): string | undefined;
  flag(name: string): boolean;
  number(name: string): number | undefined;
  /** A whole number of at least `least`. */
  integer(name: string, least?: number): number | undefined;
}

/** One command of `pgi`: adding one is one record. */
export interface CommandRecord {
  readonly name: string;
  /** The words after the name in the usage line: "FILE.pgrun [options]". */
  readonly usage: string;
  readonly summary: string;
  readonly details?: string;
  readonly options: Readonly<Record<string, OptionRecord>>;
  readonly positionals: readonly [least: number, most: number];
  run(parsed: Parsed, console: Console): Promise<ExitCode>;
}

/** Reads a command's arguments; throws a `UserError` that names the word which is off. */
export function parseArguments(command: CommandRecord, words: readonly string[]): Parsed {
  const { values, positionals } = readWords(command, words);
  const [least, most] = command.positionals;
  if (positionals.length < least || positionals.length > most) {
    throw new UserError(
      "usage",
      `usage: pgi ${command.name} ${command.usage}`,
      `(pgi ${command.name} --help)`,
    );
  }
  const text = (name: string) => values[name] as string | undefined;
  const number = (name: string) => {
    const given = text(name);
    if (given === undefined) return undefined;
    const value = Number(given);
    if (given.trim() === "" || Number.isNaN(value)) {
      throw new UserError("usage", `--${name} takes a number, not "${given}".`);
    }
    return value;
  };
  return {
    positionals,
    text,
    number,
    flag: (name) => values[name] === true,
    integer: (name, least = 0) => {
      const value = number(name);
      if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) {
        throw new UserError(
          "usage",
          `--${name} takes a whole number of at least ${least}, not ${text(name)}.`,
        );
      }
      return value;
    },
  };
}

function readWords(command: CommandRecord, words: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, help: helpOption }).map(([name, option]) => [
      name,
      {
        type: option.value === undefined ? ("boolean" as const) : ("string" as const),
        ...(option.short !== undefined && { short: option.short }),
      },
    ]),
  );
  try {
    return parseArgs({
      args: joinNegativeValues(command, words),
      options,
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const [firstSentence] = String((error as Error).message).split(". ");
    throw new UserError("usage", `${firstSentence}.`, `(pgi ${command.name} --help lists the options)`);
  }
}

/** `--learning-rate -1` is a value out of range, not an unknown option "-1". */
function joinNegativeValues(command: CommandRecord, words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const previous = joined.at(-1);
    const takesValue = previous?.startsWith("--") && command.options[previous.slice(2)]?.value !== undefined;
    if (takesValue && /^-[\d.(]/.test(word)) joined[joined.length - 1] = `${previous}=${word}`;
    else joined.push(word);
  }
  return joined;
}

const helpOption: OptionRecord = { help: "show this help", short: "h" };

export function helpText(command: CommandRecord): string {
  const rows = Object.entries({ ...command.options, help: helpOption }).map(([name, option]) => {
    const short = option.short === undefined ? "" : `-${option.short}, `;
    return [
      `  ${short}--${name}${option.value === undefined ? "" : ` ${option.value}`}`,
      option.help,
    ] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  const options = rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`).join("\n");
  const details = command.details === undefined ? "" : `\n${command.details.trim()}\n`;
  return `${command.summary}\n\nusage: pgi ${command.name} ${command.usage}\n${details}\n${options}\n`;
}

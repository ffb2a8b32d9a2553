import { UserError } from "../engine/userError.ts";
import type { CommandRecord, Parsed } from "./command.ts";
import { readWords } from "./readWords.ts";

/** Reads a command's arguments; throws a `UserError` that names the word which is off. */
export function parseArguments(command: CommandRecord, words: readonly string[]): Parsed {
  const { values, positionals } = readWords(command, words);
  const text = (name: string) => {
    const value = values.get(name);
    return typeof value === "string" ? value : undefined;
  };
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
    flag: (name) => values.get(name) === true,
    given: (name) => values.has(name),
    truth: (name) => {
      const given = text(name);
      if (given === undefined || given === "true" || given === "false") return given && given === "true";
      throw new UserError("usage", `--${name} is true or false, not "${given}".`);
    },
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

import { UserError } from "../engine/userError.ts";
import { nearestName } from "../protocol/choice.ts";
import type { CommandRecord } from "./command.ts";

/** A command's words, sorted: `true` for an option that takes no value. */
export interface ReadWords {
  readonly values: ReadonlyMap<string, string | true>;
  readonly positionals: readonly string[];
}

const optionForm = /^--([A-Za-z][\w-]*)(?:=(.*))?$/s;

/**
 * Sorts a command's words into options and the rest. What follows an option that takes a value is its value, also
 * where it begins with a minus, as most losses do; after `--` every word is taken as it is.
 * Throws a UserError that names the word which is off.
 */
export function readWords(command: CommandRecord, words: readonly string[]): ReadWords {
  const values = new Map<string, string | true>();
  const positionals: string[] = [];
  for (let place = 0; place < words.length; place++) {
    const word = words[place] as string;
    if (word === "--") {
      positionals.push(...words.slice(place + 1));
      break;
    }
    const form = optionForm.exec(word);
    if (!form) {
      if (/^-[A-Za-z]$/.test(word)) throw unknownOption(command, word);
      positionals.push(word);
      continue;
    }
    const [, name = "", joined] = form;
    const next = words[place + 1];
    values.set(name, optionValue(command, name, joined, next));
    if (joined === undefined && values.get(name) !== true) place++;
  }
  checkCount(command, positionals);
  return { values, positionals };
}

function optionValue(
  command: CommandRecord,
  name: string,
  joined: string | undefined,
  next: string | undefined,
): string | true {
  const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
  if (!option) throw unknownOption(command, `--${name}`);
  if (option.value === undefined) {
    if (joined === undefined) return true;
    throw wrongUse(command, `--${name} takes no value, but has "${joined}".`);
  }
  const value = joined ?? next;
  if (value !== undefined && (joined !== undefined || !optionForm.test(value))) return value;
  throw wrongUse(command, `--${name} needs a value: --${name} ${option.value}.`);
}

function unknownOption(command: CommandRecord, given: string): UserError {
  const nearest = nearestName(given.replace(/^-+/, ""), Object.keys(command.options));
  const offer = nearest === undefined ? "" : ` Did you mean --${nearest}?`;
  return wrongUse(command, `There is no option ${given}.${offer}`);
}

function checkCount(command: CommandRecord, positionals: readonly string[]): void {
  const [least, most] = command.positionals;
  const surplus = positionals[most];
  if (surplus !== undefined) throw wrongUse(command, `"${surplus.slice(0, 80)}" is one word too many.`);
  if (positionals.length < least)
    throw wrongUse(command, `${command.name} needs ${command.usage.split(" ")[0]}.`);
}

function wrongUse(command: CommandRecord, message: string): UserError {
  return new UserError("usage", message, `pgi ${command.name} --help tells how it is used.`);
}

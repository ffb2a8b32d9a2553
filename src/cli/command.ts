import type { Console, ExitCode } from "./output.ts";

/** One option of a command; a `value` word makes it take a value. */
export interface OptionRecord {
  readonly value?: string;
  readonly help: string;
  readonly short?: string;
}

export interface Parsed {
  readonly positionals: readonly string[];
  /** Whether an option was given at all. */
  given(name: string): boolean;
  /** The text given for an option, or undefined. Throws nothing: ranges are checked by `number` and friends. */
  text(name: string): string | undefined;
  flag(name: string): boolean;
  number(name: string): number | undefined;
  /** true or false. */
  truth(name: string): boolean | undefined;
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

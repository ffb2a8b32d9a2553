import { runCli } from "../../src/cli/runCli.ts";

export interface CliResult {
  readonly exit: number;
  readonly out: string;
  readonly error: string;
}

/** Runs `pgi` in process with its output caught. */
export async function pgi(...words: string[]): Promise<CliResult> {
  let out = "";
  let error = "";
  const exit = await runCli(words, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    isTerminal: false,
    columns: 100,
  });
  return { exit, out, error };
}

/** The JSON Lines of an output. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

import { parseArgs } from "node:util";
import { SetUpError } from "../lib/stage.mjs";

/** What was asked for on the command line of `npm start`. */
export interface Choices {
  readonly terminal: boolean;
  readonly browser: boolean;
  /** 0: a free one. */
  readonly port: number | undefined;
  /** Arguments of `pgi train`, its defaults for a first look filled in. */
  readonly training: readonly string[];
}

/** Reads the command line: our own options, and the rest for `pgi train`, which checks them. Throws SetUpError. */
export function readChoices(args: readonly string[]): Choices {
  const { values, tokens } = parseArgs({
    args: [...args],
    options: { terminal: { type: "boolean" }, browser: { type: "boolean" }, port: { type: "string" } },
    strict: false,
    tokens: true,
  });
  const own = new Set(["terminal", "browser", "port"]);
  const taken = new Set(
    tokens.flatMap((token) =>
      token.kind === "option" && own.has(token.name)
        ? [token.index, ...(token.inlineValue === false ? [token.index + 1] : [])]
        : [],
    ),
  );
  return {
    terminal: values.terminal === true,
    browser: values.browser === true,
    port: readPort(values.port),
    training: withDefaults(args.filter((_, index) => !taken.has(index))),
  };
}

function readPort(given: string | boolean | undefined): number | undefined {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (Number.isInteger(port) && port >= 0 && port < 65_536 && given !== "") return port;
  throw new SetUpError(`--port takes a number from 0 to 65535, not "${given}".`);
}

const defaults = [
  ["--environment", "CartPole-v1"],
  ["--algorithm", "reinforce"],
  ["--seed", "1"],
] as const;

function withDefaults(given: readonly string[]): readonly string[] {
  const has = (name: string) => given.some((word) => word === name || word.startsWith(`${name}=`));
  if (has("--resume")) return given;
  const hasEnd = ["--updates", "--steps", "--until-solved"].some(has);
  const missing = defaults.filter(([name]) => !has(name)).flat();
  return [...missing, ...(hasEnd ? [] : ["--until-solved"]), ...given];
}

/** One import of a file. `specifier` is undefined where it is computed at run time. */
export interface Import {
  readonly specifier: string | undefined;
  /** Erased before the file runs. */
  readonly isType: boolean;
  /** From 1. */
  readonly line: number;
}

const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//;
const statement =
  /(?<=^|[;}])[ \t]*(?<keyword>import|export)\b(?<clause>[^;"'`()]*?)(?:\bfrom\s*)?["'](?<from>[^"'\n]+)["']/;
const call = /\b(?:import|require)\s*\(\s*(?:["'`](?<called>[^"'`\n$]+)["'`]\s*[),]|(?<computed>[^\s)]))/;
const text = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/;
const token = new RegExp([comment, statement, call, text].map(({ source }) => source).join("|"), "gm");

/** The imports and re-exports of a TypeScript or JavaScript file, in order; comments and strings do not count. */
export function importsOf(source: string): readonly Import[] {
  return [...source.matchAll(token)].flatMap((match) => {
    const { keyword, clause = "", from, called, computed } = match.groups!;
    if (!keyword && !called && !computed) return [];
    if (keyword === "export" && !/\bfrom\s*["'][^"']*["']$/.test(match[0])) return [];
    const line = source.slice(0, match.index + match[0].search(/\S/)).split("\n").length;
    return [{ specifier: from ?? called, isType: /^\s*type\b/.test(clause), line }];
  });
}

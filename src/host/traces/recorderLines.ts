/** Lines to put into a script before one of its lines, counted from 0. */
export interface LinesBefore {
  readonly line: number;
  readonly text: string;
  readonly label: string;
  /** Whether a person has words to add: what it says is right as far as it goes. */
  readonly isDraft?: true;
}

/** What a recorder needs in a Python script: the import and the opening, the wrapped environment, the update. */
export function recorderLines(script: string, stem: string): readonly LinesBefore[] {
  const lines = script.split(/\r?\n/);
  const recorder = freeName(script);
  const opening = `${recorder} = pgtrace.open(${[JSON.stringify(`${stem}.pgtrace`), ...header(script)].join(", ")})`;
  const wrapped = wrappedEnvironments(lines, recorder);
  return [
    {
      // An environment must not be wrapped before the recorder is there.
      line: lineAfterImports(lines.slice(0, wrapped[0]?.line)),
      text: `import pgtrace\n\n${opening}\n`,
      label: "Import the recorder and open a trace",
    },
    ...wrapped,
    ...updates(lines, recorder, script),
  ];
}

/** Whether a script has a recorder already. */
export function hasRecorder(script: string): boolean {
  return /^\s*(?:import\s+pgtrace|from\s+pgtrace\s+import)\b/m.test(script);
}

function freeName(script: string): string {
  return /\brec\b/.test(script) ? "recorder" : "rec";
}

/** What the script says itself of the environment and of γ, as literals. */
function header(script: string): string[] {
  const environment = /\bgym(?:nasium)?\.make\(\s*(["'])([\w./:-]+)\1/.exec(script)?.[2];
  const gamma = /^\s*(?:gamma|GAMMA)\s*=\s*([01]?\.\d+|1|1\.0)\s*(?:#.*)?$/m.exec(script)?.[1];
  return [
    ...(environment === undefined ? [] : [`environment=${JSON.stringify(environment)}`]),
    ...(gamma === undefined ? [] : [`gamma=${gamma}`]),
  ];
}

/** The line below the imports at the top level, else below what stands before all code. */
function lineAfterImports(lines: readonly string[]): number {
  let after = -1;
  for (let at = 0; at < lines.length; at++) {
    if (!/^(?:import\s+[\w.]|from\s+[\w.]+\s+import\b)/.test(lines[at]!)) continue;
    if (/\(\s*(?:#.*)?$/.test(lines[at]!)) while (at < lines.length - 1 && !lines[at]!.includes(")")) at++;
    while (lines[at]!.endsWith("\\") && at < lines.length - 1) at++;
    after = at + 1;
  }
  return after >= 0 ? after : lineAfterHead(lines);
}

/** Below the comments and the docstring that a module begins with. */
function lineAfterHead(lines: readonly string[]): number {
  let at = 0;
  while (at < lines.length && /^\s*(?:#.*)?$/.test(lines[at]!)) at++;
  const quotes = /^[rR]?("""|''')/.exec(lines[at] ?? "")?.[1];
  if (quotes === undefined) return 0;
  const first = lines[at]!.indexOf(quotes) + quotes.length;
  if (lines[at]!.includes(quotes, first)) return at + 1;
  do at++;
  while (at < lines.length && !lines[at]!.includes(quotes));
  return Math.min(at + 1, lines.length);
}

function wrappedEnvironments(lines: readonly string[], recorder: string): LinesBefore[] {
  return lines.flatMap((line, at) => {
    const [, indentation, name] =
      /^(\s*)([A-Za-z_]\w*)\s*=\s*gym(?:nasium)?\.make\([^()]*\)\s*(?:#.*)?$/.exec(line) ?? [];
    if (name === undefined) return [];
    const text = `${indentation}${name} = pgtrace.wrap(${name}, ${recorder})\n`;
    return [{ line: at + 1, text, label: "Record every step of the environment" }];
  });
}

/** `rec.update(…)` before the one place where a loss is differentiated; where there are more it is for the person. */
function updates(lines: readonly string[], recorder: string, script: string): LinesBefore[] {
  const found = lines.flatMap((line, at) => {
    const [, indentation, loss] = /^(\s*)([A-Za-z_][\w.]*)\.backward\(/.exec(line) ?? [];
    return loss === undefined ? [] : [{ at, indentation, loss }];
  });
  const owner = /([A-Za-z_][\w.]*)\.parameters\(\)/.exec(script)?.[1];
  const params = owner === undefined ? "" : `, params=${owner}.parameters()`;
  return found.slice(0, found.length === 1 ? 1 : 0).map(({ at, indentation, loss }) => ({
    line: at,
    text: `${indentation}${recorder}.update(loss=${loss}${params})  # add log_prob=…, entropy=…, value=… as they enter the loss\n`,
    label: "Record every update before its gradients are computed",
    isDraft: true,
  }));
}

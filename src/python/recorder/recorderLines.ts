import { TrainingScript } from "../meaning.ts";
import { type PythonScript, parts } from "../script.ts";
import { isVectorised, stepLines } from "./environments.ts";
import type { LinesBefore } from "./linesBefore.ts";
import { rolloutLines } from "./rollouts.ts";
import { updateLines, whyNoUpdate } from "./updates.ts";

/** What a recorder needs in a script, and in one line what a person has to add. */
export interface RecorderLines {
  readonly lines: readonly LinesBefore[];
  readonly missing: string | undefined;
}

/** The import and the opening, the steps of the environment and the update, in the order of the script. */
export function recorderLines(text: string, stem: string): RecorderLines {
  const training = new TrainingScript(text, 0);
  const { script, flow } = training;
  const recorder = /\brec\b/.test(text) ? "recorder" : "rec";
  const steps = isVectorised(flow) ? rolloutLines(flow, recorder) : stepLines(flow, recorder);
  const updates = updateLines(training, recorder);
  const first = Math.min(
    ...steps.map(({ line }) => line),
    ...updates.map(({ line }) => line),
    Number.POSITIVE_INFINITY,
  );
  const words = [JSON.stringify(`${stem}.pgtrace`), ...header(text)];
  const opening: LinesBefore = {
    line: lineAfterImports(script, first),
    text: `import pgtrace\n\n${recorder} = pgtrace.open(${words.join(", ")})\n`,
    label: "Import the recorder and open a trace",
  };
  const noSteps =
    "No env.step(…) was recognised: call rec.step(action=…, reward=…, terminated=…, truncated=…) after each step.";
  const missing = updates.length === 0 ? whyNoUpdate(flow) : steps.length === 0 ? noSteps : undefined;
  const inOrder = [...steps, ...updates].sort((a, b) => a.line - b.line);
  return { lines: [opening, ...inOrder], missing: missing?.replaceAll("rec.", `${recorder}.`) };
}

/** Whether a script has a recorder already. */
export function hasRecorder(script: string): boolean {
  return /^\s*(?:import\s+pgtrace|from\s+pgtrace\s+import)\b/m.test(script);
}

/** What the script says itself of the environment and of γ, as literals. */
function header(text: string): string[] {
  const environment = /\bgym(?:nasium)?\.make\(\s*(["'])([\w./:-]+)\1/.exec(text)?.[2];
  const gamma = /^\s*(?:gamma|GAMMA)\s*=\s*([01]?\.\d+|1|1\.0)\s*(?:#.*)?$/m.exec(text)?.[1];
  return [
    ...(environment === undefined ? [] : [`environment=${JSON.stringify(environment)}`]),
    ...(gamma === undefined ? [] : [`gamma=${gamma}`]),
  ];
}

/** The line below the imports at the top level that stand before `first`, else below what stands before all code. */
function lineAfterImports(script: PythonScript, first: number): number {
  const imports = parts(script.tree.topNode).filter(
    ({ name, from }) => name === "ImportStatement" && script.lineOf(from) <= first,
  );
  const last = imports.at(-1);
  return last ? script.lineOf(last.to) : lineAfterHead(script);
}

/** Below the comments and the docstring that a module begins with. */
function lineAfterHead(script: PythonScript): number {
  const [statement] = parts(script.tree.topNode);
  const isDocstring = statement?.name === "ExpressionStatement" && statement.firstChild?.name === "String";
  if (isDocstring) return script.lineOf(statement.to);
  const shebang = /^(?:#!.*\n|#.*coding.*\n)*/.exec(script.text)![0];
  return shebang.split("\n").length - 1;
}

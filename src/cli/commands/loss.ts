import { UserError } from "../../engine/userError.ts";
import { type DataSetResult, readDataSet, readNamedDataSet } from "../../loss/dataSet.ts";
import type { Diagnostic } from "../../loss/diagnostic.ts";
import { type CompiledLoss, compileLoss, type Evaluation } from "../../loss/evaluate.ts";
import { evaluationJson } from "../../loss/nodeJson.ts";
import { parseLoss } from "../../loss/parse.ts";
import type { CommandRecord } from "../command.ts";
import { printDiagnostics, readLoss, readTextFile } from "../lossArgument.ts";
import { type Console, formatNumber, jsonLine, textTable } from "../output.ts";

/** Milliseconds that one evaluation may take. */
const deadline = 30_000;

export const lossCommand: CommandRecord = {
  name: "loss",
  usage: "TEXT|FILE --data FILE[#SET] [--json]",
  summary: "evaluate a loss text on data: value, gradients, value and adjoint of every node",
  details: `
FILE is {"scalars": {"gamma": 0.9}, "data": {"r": [1, 2], …}}, or a file of data sets with #SET.
Every vector of floats is a leaf: its gradient is printed. true and false make a mask.`,
  positionals: [1, 1],
  options: {
    data: { value: "FILE[#SET]", help: "the numbers that the names of the text stand for" },
    json: {
      help: 'one JSON object: {"value","shape","grad":{…},"nodes":[{"start","end","text","shape","value","adjoint"}]}',
    },
  },
  async run(parsed, console) {
    const text = readLoss(parsed.positionals[0]) as string;
    const source = parsed.text("data");
    if (source === undefined) throw new UserError("usage", "loss needs --data FILE[#SET].");
    const data = readData(source);
    if (!data.ok) throw new UserError("wrong_data", `${source}: ${data.message}.`);
    const program = parseLoss(text);
    if (!program.program) return refuse(text, program.diagnostics, console);
    const { compiled, diagnostics } = compileLoss(program.program, data.dataSet.symbols);
    if (!compiled) return refuse(text, diagnostics, console);
    const evaluation = compiled.evaluate(data.dataSet.inputs, {
      deadline: { at: performance.now() + deadline, now: () => performance.now() },
    });
    if (!evaluation.ok) return refuse(text, evaluation.diagnostics, console);
    printDiagnostics(text, diagnostics, console);
    console.out(
      parsed.flag("json") ? jsonLine(evaluationJson(compiled, evaluation)) : plainText(compiled, evaluation),
    );
    return 0;
  },
};

function refuse(text: string, diagnostics: readonly Diagnostic[], console: Console): 2 {
  printDiagnostics(text, diagnostics, console);
  return 2;
}

function readData(source: string): DataSetResult {
  const hash = source.lastIndexOf("#");
  const path = hash < 0 ? source : source.slice(0, hash);
  const json = readJson(path);
  return hash < 0 ? readDataSet(json) : readNamedDataSet(json, source.slice(hash + 1));
}

/** Reads a JSON file. Throws UserError with the path where it cannot be read. */
export function readJson(path: string): unknown {
  const text = readTextFile(path);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UserError("wrong_data", `${path} is no JSON: ${(error as Error).message}.`);
  }
}

function plainText(compiled: CompiledLoss, evaluation: Evaluation): string {
  const { grad, nodes, value, shape } = evaluationJson(compiled, evaluation);
  const short = (numbers: unknown): string => {
    const list = Array.isArray(numbers) ? numbers.flat() : [numbers];
    const shown = list
      .slice(0, 4)
      .map((entry) => (typeof entry === "number" ? formatNumber(entry) : String(entry)));
    return shown.join(" ") + (list.length > 4 ? " …" : "");
  };
  const rows = nodes.map((node) => [
    node.text.replace(/\s+/g, " ").slice(0, 40),
    `[${node.shape.join(",")}]`,
    short(node.value),
    short(node.adjoint),
  ]);
  const gradients = Object.entries(grad).map(([name, numbers]) => [`∂/∂${name}`, short(numbers)]);
  const table = textTable([["expression", "shape", "value", "adjoint"], ...rows], new Set([0, 1, 2, 3]));
  return `${table}\nvalue ${short(value)}  shape [${shape.join(",")}]\n${textTable(gradients, new Set([0, 1]))}`;
}

import { buildGraph } from "../build.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { flowOf } from "../flow.ts";
import { type Graph, type GraphNode, leafName } from "../graph.ts";
import { headNames, type LossSymbols, offeredSymbols } from "../names.ts";
import { parseLoss } from "../parse.ts";
import type { Program } from "../syntax.ts";
import { JAX, JAX_HELPERS } from "./jax.ts";
import { listTerms } from "./listing.ts";
import { numpyFunction } from "./numpyFunction.ts";
import type { Printable } from "./printable.ts";
import { pythonDialect, Unwritable } from "./python.ts";
import { type FunctionParts, pythonFile, signature } from "./pythonFile.ts";
import { HELPER_NEEDS, PYTORCH, PYTORCH_HELPERS } from "./pytorch.ts";
import { tfjsText } from "./tfjs.ts";

export type PrintTarget = "pytorch" | "jax" | "tfjs" | "numpy";

export const PRINT_TARGETS: readonly PrintTarget[] = ["pytorch", "jax", "tfjs", "numpy"];

export const PRINT_TITLES: Readonly<Record<PrintTarget, string>> = {
  pytorch: "PyTorch",
  jax: "JAX",
  tfjs: "TensorFlow.js",
  numpy: "NumPy",
};

export type Printed =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface PrintOptions {
  /** Names that the loss may use; those of the language if left out. */
  readonly symbols?: LossSymbols;
  /** The names into which gradient flows; the heads if left out. */
  readonly differentiable?: ReadonlySet<string>;
}

/**
 * A loss as a function in another language, whole and ready to be pasted: its arguments are the names it uses, and
 * gradient stops where it stops here. NumPy's also returns the gradient of every head, written out.
 */
export function printLoss(text: string, target: PrintTarget, options: PrintOptions = {}): Printed {
  const { program, diagnostics } = parseLoss(text);
  if (!program) return { ok: false, diagnostics };
  const built = buildGraph(program, options.symbols ?? offeredSymbols());
  if (!built.graph) return { ok: false, diagnostics: built.diagnostics };
  const printable = prepare(program, built.graph, options.differentiable ?? headNames());
  try {
    return { ok: true, text: write(printable, target) };
  } catch (error) {
    if (!(error instanceof Unwritable)) throw error;
    return { ok: false, diagnostics: [unwritable(program, error.message, target)] };
  }
}

function unwritable({ result }: Program, message: string, target: PrintTarget): Diagnostic {
  const { start, end } = result;
  const hint = `write it with other operators, or copy it for ${target === "pytorch" ? "JAX" : "PyTorch"}`;
  const words = `${message} in ${PRINT_TITLES[target]}`;
  return { severity: "error", code: "unwritable", message: words, hint, start, end };
}

function prepare(program: Program, graph: Graph, differentiable: ReadonlySet<string>): Printable {
  const { live } = flowOf(graph, () => true);
  const names = new Map<GraphNode, string>();
  for (const { name, expression } of program.statements) {
    const node = graph.byExpression[expression.id];
    const isNew = node && live[node.index] && node.source.kind !== "leaf" && !names.has(node);
    if (name !== undefined && isNew) names.set(node, name);
  }
  const leaves = graph.leaves.filter((leaf) => live[leaf.index]);
  const isHead = (leaf: GraphNode) => differentiable.has(leafName(leaf));
  return {
    graph,
    names,
    named: [...names.keys()],
    heads: leaves.filter(isHead),
    data: leaves.filter((leaf) => !isHead(leaf)),
    comment: /^\s*#\s*(.*\S)/.exec(program.text)?.[1],
  };
}

function write(printable: Printable, target: PrintTarget): string {
  switch (target) {
    case "pytorch":
      return pythonFile(differentiated(printable, pythonDialect(PYTORCH)), {
        imports: (body) => [
          "import torch",
          ...(/\bF\./.test(body) ? ["import torch.nn.functional as F"] : []),
        ],
        helpers: PYTORCH_HELPERS,
        needs: HELPER_NEEDS,
      });
    case "jax":
      return pythonFile(differentiated(printable, pythonDialect(JAX)), {
        imports: (body) => [...(/\bjax\./.test(body) ? ["import jax"] : []), "import jax.numpy as jnp"],
        helpers: JAX_HELPERS,
        needs: HELPER_NEEDS,
      });
    case "numpy":
      return numpyFunction(printable);
    case "tfjs":
      return tfjsText(printable);
    default:
      return target satisfies never;
  }
}

/** A function whose library differentiates by itself. */
function differentiated(printable: Printable, dialect: Parameters<typeof listTerms>[2]): FunctionParts {
  const { graph, names, named } = printable;
  const taken = graph.leaves.map(leafName);
  const { lines, writer } = listTerms([...named, graph.result], names, dialect, taken);
  const value =
    graph.result.shape.length === 0 ? writer.text(graph.result) : `${writer.tight(graph.result, 100)}.sum()`;
  return { ...signature(printable), lines, result: value, helpers: writer.helpers };
}

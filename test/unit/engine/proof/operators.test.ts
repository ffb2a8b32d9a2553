import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ownParts, type ProofParts } from "../../../../src/engine/proof/checks.ts";
import { proveOnSmallProblem } from "../../../../src/engine/proof/request.ts";
import { compileGraph } from "../../../../src/loss/evaluate.ts";
import type { Frame } from "../../../../src/loss/frame.ts";
import type { Graph, GraphNode } from "../../../../src/loss/graph.ts";
import { headNames } from "../../../../src/loss/names.ts";
import type { OperatorRow } from "../../../../src/loss/operator.ts";
import { CLAMP_BY_TENSORS } from "../../../../src/loss/operators/elementwise.ts";
import { OPERATORS } from "../../../../src/loss/operators.ts";
import type { ProofView } from "../../../../src/protocol/proofViews.ts";

/** The names of the operator table's cases, made of what a policy with three actions has. */
const preamble = `x = logits[:, 0] * 1.1
y = entropy - 0.7
z = logits[:, 1] - log_pi
p = exp(log_pi) + 0.05
q = entropy ** 2 + 0.1
m = logits
n = pi - 0.3
h = r > 0
`;
const table = readFileSync(new URL("../../../cases/lossOperators.txt", import.meta.url), "utf8");
const casesOf = (row: string) =>
  table
    .split("\n")
    .filter((line) => line.startsWith(`${row} `))
    .map((line) => preamble + line.slice(row.length).trim());

const rows = [...OPERATORS, CLAMP_BY_TENSORS].filter(({ derivative }) => derivative === undefined);
const effort = { directions: 2, coordinates: 4 };

async function proof(text: string, parts: ProofParts = ownParts): Promise<ProofView> {
  const result = await proveOnSmallProblem(text, { effort, parts });
  if (!result.ok) throw new Error(`${text}: ${result.diagnostics[0]?.message}`);
  return result;
}

/** The row with everything that it passes on a thousandth too large. */
function slightlyWrong(row: OperatorRow): OperatorRow {
  return {
    ...row,
    backward: (frame: Frame) => {
      const before = frame.operands.map(({ adjoint }) => adjoint.slice());
      row.backward(frame);
      for (const [which, operand] of frame.operands.entries()) {
        if (frame.operands.indexOf(operand) !== which) continue;
        for (let i = 0; i < operand.adjoint.length; i++) {
          operand.adjoint[i]! += 1e-3 * (operand.adjoint[i]! - before[which]![i]!);
        }
      }
    },
  };
}

/** The language with one wrong operator in it. */
function languageWith(name: string): ProofParts {
  const change = (graph: Graph): Graph => {
    const nodes: GraphNode[] = [];
    for (const node of graph.nodes) {
      const operands = node.operands.map((operand) => nodes[operand.index]!);
      const { source } = node;
      const isIt = source.kind === "operator" && source.row.name === name;
      nodes.push({
        ...node,
        operands,
        source: isIt ? { ...source, row: slightlyWrong(source.row) } : source,
      });
    }
    const at = (node: GraphNode) => nodes[node.index]!;
    const byExpression = graph.byExpression.map((node) => node && at(node));
    return { nodes, byExpression, result: at(graph.result), leaves: graph.leaves.map(at) };
  };
  return {
    ...ownParts,
    read: (text) => {
      const read = ownParts.read(text);
      if (!read.ok) return read;
      const { program, graph } = read.compiled;
      const compiled = compileGraph(program, change(graph), { differentiable: headNames() });
      return { ...read, compiled };
    },
  };
}

describe("a proof of a loss that uses", () => {
  test.each(rows.map((row) => [row.name, row] as const))(
    "%s passes, and fails where its derivative is a thousandth off",
    async (name, row) => {
      const texts = casesOf(row.name);
      const right = await Promise.all(texts.map((text) => proof(text)));
      for (const { sentence, status } of right) expect(status, sentence).not.toBe("failed");
      expect(right.some(({ status }) => status === "passed")).toBe(true);
      const wrong = await Promise.all(texts.map((text) => proof(text, languageWith(name))));
      const caught = wrong.filter(({ status }) => status === "failed");
      expect(caught.length).toBeGreaterThan(0);
      for (const { checks, counterExample } of caught) {
        expect(checks.find(({ id }) => id === "direct")!.status).toBe("passed");
        expect(checks.find(({ id }) => id === "differences")!.worst).toBeGreaterThan(1e-6);
        expect(counterExample!.sentence).toContain("is wrong");
      }
    },
  );
});

import { leafName } from "../graph.ts";
import { symbolicAdjoints } from "../symbolic/adjoints.ts";
import { isSameShape, type Term } from "../symbolic/term.ts";
import { listTerms } from "./listing.ts";
import { NUMPY, NUMPY_HELPERS, NUMPY_NEEDS } from "./numpy.ts";
import type { Printable } from "./printable.ts";
import { pythonDialect, pythonName } from "./python.ts";
import { pythonFile, signature } from "./pythonFile.ts";
import { ATOM, type Writer } from "./writer.ts";

/** A loss in NumPy, which differentiates nothing: the gradient of every head is written out and returned with it. */
export function numpyFunction(printable: Printable): string {
  const { graph, heads } = printable;
  const headNames = new Set(heads.map(leafName));
  const adjoints = symbolicAdjoints(graph.result, (name) => headNames.has(name));
  const names = new Map<Term, string>(printable.names);
  const gradients = heads.flatMap((head) => {
    const adjoint = adjoints.get(leafName(head));
    return adjoint ? [{ head, adjoint }] : [];
  });
  const roots = [...printable.named, graph.result, ...gradients.map(({ adjoint }) => adjoint)];
  const taken = [...graph.leaves.map(leafName), ...heads.map((head) => `d_${leafName(head)}`)];
  const { lines, writer } = listTerms(roots, names, pythonDialect(NUMPY), taken);
  const written = gradients.map(({ head, adjoint }) => ({
    name: pythonName(`d_${leafName(head)}`),
    text: filled(writer, adjoint, head),
  }));
  const value =
    graph.result.shape.length === 0 ? writer.text(graph.result) : `${writer.tight(graph.result, ATOM)}.sum()`;
  const all = written.map(({ name }) => `"${name.slice(2)}": ${name}`).join(", ");
  const { documentation, ...rest } = signature(printable);
  return pythonFile(
    {
      ...rest,
      documentation: [
        ...documentation,
        "Returns the loss and its gradient towards each of the differentiated.",
      ],
      lines: [...lines, ...written],
      result: `${value}, {${all}}`,
      helpers: writer.helpers,
    },
    { imports: () => ["import numpy as np"], helpers: NUMPY_HELPERS, needs: NUMPY_NEEDS },
  );
}

/** An adjoint in the shape of its head. */
function filled(writer: Writer, adjoint: Term, head: Term): string {
  if (isSameShape(adjoint.shape, head.shape)) return writer.text(adjoint);
  return `np.broadcast_to(${writer.text(adjoint)}, np.shape(${writer.text(head)}))`;
}

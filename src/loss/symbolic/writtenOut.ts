import type { Graph } from "../graph.ts";

/** How many values a loss has when every name is written out where it is used: names of names may double it again and again. */
export function writtenOut({ nodes, result }: Graph): number {
  const sizes: number[] = [];
  for (const { operands } of nodes) sizes.push(operands.reduce((sum, { index }) => sum + sizes[index]!, 1));
  return sizes[result.index]!;
}

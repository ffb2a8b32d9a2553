import { corridorGoal, corridorSuccessor } from "./shortCorridor.ts";

/** What can be said exactly of a policy that goes right with the same probability in every state. */
export interface CorridorSolution {
  /** v of states 0, 1, 2. */
  readonly values: readonly number[];
  /** J = v(0), the expected discounted return from the start. */
  readonly performance: number;
  /** dJ/dp(right). */
  readonly slope: number;
}

/**
 * Solves Bellman's equation v = −1 + γ P_p v of the short corridor, and its derivative
 * v′ = γ (P′v + P_p v′), as linear systems. `probability` is p(right) in (0, 1), or γ < 1.
 */
export function solveCorridor(probability: number, gamma = 1): CorridorSolution {
  const system = identityMinus(gamma, probability);
  const values = solveLinear(system, [-1, -1, -1]);
  const valueAt = (state: number) => (state === corridorGoal ? 0 : values[state]!);
  const source = [0, 1, 2].map(
    (state) => gamma * (valueAt(corridorSuccessor(state, 1)) - valueAt(corridorSuccessor(state, 0))),
  );
  return { values, performance: values[0]!, slope: solveLinear(system, source)[0]! };
}

/** p(right) of a softmax over preferences (left, right). */
export function rightProbability(left: number, right: number): number {
  return 1 / (1 + Math.exp(left - right));
}

/** ∂J/∂(left, right) of a softmax policy over one pair of preferences: dJ/dp · p(1 − p) · (−1, 1). */
export function corridorGradient(left: number, right: number, gamma = 1): readonly [number, number] {
  const slope = solveCorridor(rightProbability(left, right), gamma).slope;
  const product = slope * rightProbability(left, right) * rightProbability(right, left);
  return [-product, product];
}

/** I − γP over the three states that are not the goal. */
function identityMinus(gamma: number, probability: number): number[][] {
  return [0, 1, 2].map((state) => {
    const row = [0, 1, 2].map((other) => (other === state ? 1 : 0));
    for (const [action, chance] of [1 - probability, probability].entries()) {
      const next = corridorSuccessor(state, action);
      if (next !== corridorGoal) row[next]! -= gamma * chance;
    }
    return row;
  });
}

/** Gaussian elimination with row pivoting; the arguments stay as they are. */
function solveLinear(matrix: readonly number[][], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index]!]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    const pivot = rows.slice(column).reduce((best, row) => (larger(row, best, column) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (let row = column + 1; row < size; row++) {
      const factor = rows[row]![column]! / pivot[column]!;
      rows[row] = rows[row]!.map((value, index) => value - factor * pivot[index]!);
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    let sum = rows[row]![size]!;
    for (let column = row + 1; column < size; column++) sum -= rows[row]![column]! * solution[column]!;
    solution[row] = sum / rows[row]![row]!;
  }
  return solution;
}

function larger(row: readonly number[], other: readonly number[], column: number): boolean {
  return Math.abs(row[column]!) > Math.abs(other[column]!);
}

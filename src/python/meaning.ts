import { Flow, isHeld } from "./flow.ts";
import { around, call, keyOf, PythonScript, type SyntaxNode } from "./script.ts";

/** What the call of a recorder says: which expressions are the loss, the log-probabilities, and so on. */
export interface RecordedUpdate {
  readonly node: SyntaxNode;
  readonly given: ReadonlyMap<string, SyntaxNode>;
}

/** A script with what its recorder tells of the names in it. */
export class TrainingScript {
  readonly script: PythonScript;
  readonly flow: Flow;
  readonly update: RecordedUpdate | undefined;
  readonly #keys: ReadonlyMap<string, ReadonlySet<string>>;

  /** `line`: where the update was recorded, counted from 1. */
  constructor(text: string, line: number) {
    this.script = new PythonScript(text);
    this.flow = new Flow(this.script);
    this.update = updateAt(this.script, line);
    this.#keys = new Map([...(this.update?.given ?? [])].map(([name, value]) => [name, this.#keysIn(value)]));
  }

  textOf(node: SyntaxNode): string {
    return this.script.textOf(node);
  }

  /** ln π: what the recorder was given as that, calls that make it, and names that say so. */
  readonly isLogProb = (node: SyntaxNode): boolean =>
    this.#isCall(node, /^(log_prob|log_softmax|cross_entropy|nll_loss)$/) ||
    this.#isNamed(
      node,
      "log_prob",
      /^(new_?|cur(rent)?_?)?log_?(p|pi|prob|prb)s?(_\w+)?$|saved_log_probs$|newlogprob$/i,
    );

  readonly isEntropy = (node: SyntaxNode): boolean =>
    this.#isCall(node, /^entropy$/) || this.#isNamed(node, "entropy", /entrop|^ents?$/i);

  readonly isValue = (node: SyntaxNode): boolean =>
    this.#isCall(node, /^(critic|value|value_net|get_value|vf|v_net)$/) ||
    this.#isNamed(node, "value", /^(state|next|new|final|last)?_?values?$|^baselines?$|^vs?$/i);

  /** Whether a node is a call of a function of such a name. */
  #isCall(node: SyntaxNode, names: RegExp): boolean {
    const made = call(node, this.script);
    return made !== undefined && names.test(made.name);
  }

  #isNamed(node: SyntaxNode, quantity: string, names: RegExp): boolean {
    const key = keyOf(node, this.script);
    if (key === undefined) return false;
    if (this.#keys.get(quantity)?.has(key) === true) return true;
    const definitions = this.flow.definitionsOf(node);
    const isConstant = definitions.length > 0 && definitions.every(({ value }) => isHeld(value, this.script));
    return names.test(key.split(".").at(-1)!) && !isConstant;
  }

  /** `log_probs` of log_prob=torch.stack(log_probs). */
  #keysIn(value: SyntaxNode): ReadonlySet<string> {
    const made = call(value, this.script);
    const isJoined =
      made !== undefined && /^(stack|cat|concat|concatenate|tensor|array|asarray)$/.test(made.name);
    const key = keyOf(isJoined ? made.positional[0] : value, this.script);
    return new Set(key === undefined ? [] : [key]);
  }
}

/** The call whose lines hold the recorded one, or the only one that a script has. */
function updateAt(script: PythonScript, line: number): RecordedUpdate | undefined {
  const calls = script.nodes("CallExpression").flatMap((node) => {
    const made = call(node, script);
    return made?.name === "update" && made.named.size > 0 ? [{ node, given: made.named }] : [];
  });
  const holds = ({ node }: RecordedUpdate) =>
    script.lineOf(node.from) <= line && script.lineOf(node.to) >= line;
  return calls.find(holds);
}

/** The statement around an expression. */
export function statementOf(node: SyntaxNode): SyntaxNode | undefined {
  return node.name.endsWith("Statement")
    ? node
    : around(node, "ExpressionStatement", "AssignStatement", "UpdateStatement", "ReturnStatement");
}

import { around, call, keyOf, type PythonScript, parts, type SyntaxNode } from "./script.ts";

/** An expression that a name is given, or that is put into the list of that name. */
export interface Definition {
  readonly key: string;
  readonly value: SyntaxNode;
  /** The function in which it stands; undefined at the top level. */
  readonly scope: SyntaxNode | undefined;
  readonly statement: SyntaxNode;
}

interface InFunction {
  readonly node: SyntaxNode;
  readonly parameters: readonly string[];
  readonly returned: readonly SyntaxNode[];
}

/** Which expressions the names of a script are made from, as far as plain assignments, lists, loops and calls tell. */
export class Flow {
  readonly script: PythonScript;
  readonly #definitions = new Map<string, Definition[]>();
  readonly #functions = new Map<string, InFunction>();

  constructor(script: PythonScript) {
    this.script = script;
    for (const node of script.nodes("FunctionDefinition")) this.#addFunction(node);
    for (const node of script.nodes(["AssignStatement", "UpdateStatement"])) this.#addAssignment(node);
    for (const node of script.nodes(["ForStatement", ...comprehensions])) this.#addLoop(node);
    for (const node of script.nodes("CallExpression")) this.#addCall(node);
  }

  /** What a name is given where it is read at `node`: in its own function where it is set there, else anywhere. */
  definitionsOf(node: SyntaxNode): readonly Definition[] {
    const key = keyOf(node, this.script);
    const all = key === undefined ? [] : (this.#definitions.get(key) ?? []);
    const scope = scopeOf(node);
    const own = all.filter((definition) => definition.scope?.from === scope?.from);
    return own.length > 0 ? own : all;
  }

  /** What a call of a function of this script gives back. */
  returnedBy(node: SyntaxNode): readonly SyntaxNode[] {
    const made = call(node, this.script);
    return (made && this.#functions.get(made.name)?.returned) ?? [];
  }

  /** Whether a node that is of interest stands in an expression, or in anything that its names are made from. */
  reaches(node: SyntaxNode, isWanted: (node: SyntaxNode) => boolean, stops = isHeld): boolean {
    const seen = new Set<string>();
    const walk = (at: SyntaxNode): boolean => {
      // A statement and the expression that is all of it are at the same place.
      const place = `${at.from} ${at.to} ${at.name}`;
      if (seen.has(place) || stops(at, this.script)) return false;
      seen.add(place);
      if (isWanted(at)) return true;
      if (this.returnedBy(at).some(walk)) return true;
      const items = this.#itemsOf(at);
      if (items.length > 0) return items.some(walk);
      const isName = at.name === "VariableName" || at.name === "MemberExpression";
      if (isName && this.definitionsOf(at).some(({ value }) => walk(value))) return true;
      const within = parts(at);
      // What a comprehension runs over tells in its variables.
      return (comprehensions.some((name) => name === at.name) ? within.slice(0, 1) : within).some(walk);
    };
    return walk(node);
  }

  /** x of s[0] where s is (x, y), or one of a list of such. */
  #itemsOf(node: SyntaxNode): readonly SyntaxNode[] {
    const index = node.getChild("Number");
    if (node.name !== "MemberExpression" || !index || !node.firstChild) return [];
    const place = Number(this.script.textOf(index));
    return this.#tuplesOf(node.firstChild, 6).flatMap((tuple) => parts(tuple)[place] ?? []);
  }

  #tuplesOf(node: SyntaxNode, depth: number): readonly SyntaxNode[] {
    if (node.name === "TupleExpression") return [node];
    const made = call(node, this.script);
    const inner =
      made && /^(reversed|list|tuple|enumerate)$/.test(made.name) ? made.positional[0] : undefined;
    if (depth === 0) return [];
    if (inner) return this.#tuplesOf(inner, depth - 1);
    const sources = [...this.returnedBy(node), ...this.definitionsOf(node).map(({ value }) => value)];
    return sources.flatMap((value) => this.#tuplesOf(value, depth - 1));
  }

  #addFunction(node: SyntaxNode): void {
    const name = node.getChild("VariableName");
    if (!name) return;
    const parameters = node.getChild("ParamList")?.getChildren("VariableName") ?? [];
    const returned = this.script
      .nodes("ReturnStatement", node)
      .filter((one) => around(one, "FunctionDefinition")?.from === node.from)
      .flatMap((one) => parts(one).slice(1));
    const names = parameters.map((one) => this.script.textOf(one));
    this.#functions.set(this.script.textOf(name), { node, parameters: names, returned });
  }

  #addAssignment(node: SyntaxNode): void {
    const items = parts(node).filter(({ name }) => name !== "TypeDef");
    const at = items.findIndex(({ name }) => name === "AssignOp" || name === "UpdateOp");
    const targets = items.slice(0, at);
    const values = items.slice(at + 1).filter(({ name }) => name !== "AssignOp");
    for (const [index, target] of targets.entries()) {
      const value = values.length === targets.length ? values[index] : values[0];
      if (value) this.#add(target, value, node);
    }
  }

  /** for a, b in zip(x, y): a is of x and b is of y; enumerate counts first. */
  #addLoop(node: SyntaxNode): void {
    const items = parts(node);
    const first = items.findIndex(({ name }) => name === "for");
    const middle = items.findIndex(({ name }, at) => at > first && name === "in");
    const over = items[middle + 1];
    if (middle > 0 && over) this.#bindLoop(items.slice(first + 1, middle), over, node);
  }

  #bindLoop(targets: readonly SyntaxNode[], over: SyntaxNode, node: SyntaxNode): void {
    const made = call(over, this.script);
    if (made?.name === "enumerate" && targets.length === 2 && made.positional[0]) {
      const inner = targets[1]!;
      this.#bindLoop(
        inner.name === "TupleExpression" || inner.name === "ParenthesizedExpression" ? parts(inner) : [inner],
        made.positional[0],
        node,
      );
    } else if (made?.name === "zip") {
      for (const [index, target] of targets.entries()) {
        if (made.positional[index]) this.#add(target, made.positional[index], node);
      }
    } else for (const target of targets) this.#add(target, over, node);
  }

  /** list.append(x), deque.appendleft(x), list.insert(0, x), and the arguments of a function of this script. */
  #addCall(node: SyntaxNode): void {
    const made = call(node, this.script);
    if (!made) return;
    const { name, receiver, positional, named } = made;
    const put = /^append(left)?$/.test(name) ? positional[0] : name === "insert" ? positional[1] : undefined;
    if (receiver && put) this.#add(receiver, put, node);
    const own = this.#functions.get(name);
    if (!own) return;
    const parameters = own.parameters[0] === "self" ? own.parameters.slice(1) : own.parameters;
    for (const [index, parameter] of parameters.entries()) {
      const value = named.get(parameter) ?? positional[index];
      if (value) this.#put({ key: parameter, value, scope: own.node, statement: node });
    }
  }

  #add(target: SyntaxNode, value: SyntaxNode, statement: SyntaxNode): void {
    const key = keyOf(target, this.script);
    if (key !== undefined) this.#put({ key, value, scope: scopeOf(statement), statement });
  }

  #put(definition: Definition): void {
    const known = this.#definitions.get(definition.key);
    if (known) known.push(definition);
    else this.#definitions.set(definition.key, [definition]);
  }
}

const comprehensions = [
  "ArrayComprehensionExpression",
  "ComprehensionExpression",
  "SetComprehensionExpression",
] as const;

/** The function around a node. */
export function scopeOf(node: SyntaxNode): SyntaxNode | undefined {
  return around(node, "FunctionDefinition");
}

const holders =
  /^(detach|item|stop_gradient|tolist|numpy|float|int|tensor|as_tensor|FloatTensor|array|asarray)$/;

/** Whether no gradient goes on through a node: x.detach(), x.item(), float(x), torch.tensor(x), and all under no_grad. */
export function isHeld(node: SyntaxNode, script: PythonScript): boolean {
  const made = call(node, script);
  if (made !== undefined && holders.test(made.name)) return true;
  const within = around(node, "WithStatement");
  if (!within) return false;
  const head = script.text.slice(within.from, within.getChild("Body")?.from ?? within.from);
  return /\b(no_grad|inference_mode)\b/.test(head);
}

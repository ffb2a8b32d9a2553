import type { PairSideView } from "../../protocol/comparisonViews.ts";
import type { ColumnView, ComparisonView } from "../../protocol/views.ts";
import { columnViews, tableShape } from "../inspection/columns.ts";
import type { InspectedLoss, Inspection, Inspector } from "../inspection/inspector.ts";
import { compareGradients } from "../inspection/layers.ts";
import type { Names } from "../inspection/names.ts";
import { lossView } from "../inspection/views.ts";

/** Columns of the batch itself that stand beside those of the losses, and the losses' own, in their order. */
const shared = ["step", "episode", "t", "action", "reward", "G", "gamma_t", "log_pi"];
const own = ["weight", "share", "size"];
const sides = ["a", "b"] as const;

type Side = (typeof sides)[number];

/** Two losses on one frozen batch. Columns are those of the batch, "a.weight", "b.weight" and "apart.weight" = |b − a|. */
export class LossPair {
  readonly inspector: Inspector;
  readonly a: Inspection;
  readonly b: Inspection;
  readonly #names: Names;
  readonly #apart = new Map<string, Float64Array>();

  constructor(inspector: Inspector, names: Names, texts: { readonly a: string; readonly b: string }) {
    this.inspector = inspector;
    this.#names = names;
    this.a = inspectText(inspector, texts.a);
    this.b = texts.b === texts.a ? this.a : inspectText(inspector, texts.b);
  }

  /** A column [T]; undefined for one that there is not, or whose loss cannot be evaluated. */
  column(name: string): Float64Array | undefined {
    const [side, quantity] = partsOf(name);
    if (side === "apart") return this.#apartOf(quantity);
    const loss = side === undefined ? (this.#loss("a") ?? this.#loss("b")) : this.#loss(side);
    const wanted = side === undefined ? shared : own;
    if (!loss || !wanted.includes(quantity)) return undefined;
    return this.inspector.column(loss, quantity);
  }

  /** The columns there are, as the step table shows them. */
  columns(): readonly ColumnView[] {
    const views = sides.map((side) => this.#columnsOf(side));
    const [ofA, ofB] = views as [readonly ColumnView[], readonly ColumnView[]];
    const some = ofA.length > 0 ? ofA : ofB;
    const find = (columns: readonly ColumnView[], name: string) =>
      columns.find((column) => column.name === name);
    const common = shared.flatMap((name) => find(some, name) ?? []);
    const pairs = own.flatMap((name) => {
      const [a, b] = [find(ofA, name), find(ofB, name)];
      return [
        ...(a ? [ofSide(a, "a")] : []),
        ...(b ? [ofSide(b, "b")] : []),
        ...(a && b ? [apartColumn(a)] : []),
      ];
    });
    return [...common, ...pairs];
  }

  /** The gradient by layer, A before and B after; null where a loss cannot be evaluated. */
  comparison(): ComparisonView | null {
    const [a, b] = [this.#loss("a"), this.#loss("b")];
    if (!a || !b) return null;
    return compareGradients(this.inspector.backend.parameters, a.gradient.gradient, b.gradient.gradient);
  }

  /** One of the losses as the panel shows it, or what is wrong with its text. */
  side(side: Side): PairSideView {
    const inspection = this[side];
    const { diagnostics } = inspection;
    if (!inspection.ok) return { ok: false, diagnostics };
    return { ok: true, diagnostics, loss: lossView(this.inspector, inspection.loss, this.#names) };
  }

  #loss(side: Side): InspectedLoss | undefined {
    const inspection = this[side];
    return inspection.ok ? inspection.loss : undefined;
  }

  #columnsOf(side: Side): readonly ColumnView[] {
    const loss = this.#loss(side);
    return loss ? columnViews(tableShape(this.inspector, loss, this.#names)) : [];
  }

  #apartOf(quantity: string): Float64Array | undefined {
    const known = this.#apart.get(quantity);
    if (known) return known;
    const [a, b] = [this.column(`a.${quantity}`), this.column(`b.${quantity}`)];
    if (!a || !b) return undefined;
    const apart = a.map((value, step) => Math.abs(b[step]! - value));
    this.#apart.set(quantity, apart);
    return apart;
  }
}

/** The trainer's own loss is its own numbers, bit for bit. */
function inspectText(inspector: Inspector, text: string): Inspection {
  if (text !== inspector.frozen.loss) return inspector.inspect(text);
  return { ok: true, loss: inspector.trainer, diagnostics: [] };
}

function partsOf(name: string): readonly [side: Side | "apart" | undefined, quantity: string] {
  const [, side, quantity] = /^(a|b|apart)\.(.*)$/.exec(name) ?? [];
  return side === undefined ? [undefined, name] : [side as Side | "apart", quantity!];
}

function ofSide(column: ColumnView, side: Side): ColumnView {
  const letter = side.toUpperCase();
  return {
    ...column,
    name: `${side}.${column.name}`,
    label: `${shortLabels[column.name]} ${letter}`,
    description: `under ${letter}: ${column.description}`,
  };
}

function apartColumn(column: ColumnView): ColumnView {
  const label = shortLabels[column.name]!;
  return {
    ...column,
    name: `apart.${column.name}`,
    label: `|Δ${label}|`,
    description: `how far B's and A's lie apart: ${column.description}`,
  };
}

const shortLabels: Readonly<Record<string, string>> = { weight: "c", share: "share", size: "‖g_t‖" };

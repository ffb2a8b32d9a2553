/** One update's recorded weights, and what an unknown entropy weight would add to them. */
export interface Observed {
  /** [T], c_t; NaN where a step cannot be read. */
  readonly weights: Float64Array;
  readonly entropyDirection: Float64Array | undefined;
}

/** How well w explains c over several updates: c ≈ κ·w + β·h. */
export interface Fit {
  /** κ of all updates together, or their median where each has its own. */
  readonly scale: number;
  readonly beta: number;
  /** ‖c − κw − βh‖ / ‖c‖. */
  readonly residual: number;
  /** κ of each update: the same for all, or its own. */
  readonly scales: readonly number[];
}

type CommonFit = Omit<Fit, "scales">;

interface Sums {
  cc: number;
  cw: number;
  ww: number;
  ch: number;
  hh: number;
  wh: number;
}

/** Fits one κ (and β) over all updates, or a κ for each where `eachOwn`. Undefined where w or c vanishes. */
export function fitWeights(
  observed: readonly Observed[],
  candidates: readonly Float64Array[],
  eachOwn: boolean,
): Fit | undefined {
  const sums = observed.map((update, index) => sumsOf(update, candidates[index]!));
  const found = eachOwn ? fitEach(sums) : fitTogether(sums.reduce(add, zero()));
  if (!found) return undefined;
  const scales = sums.map((own) => (eachOwn ? ownScale(own, found.beta) : found.scale));
  if (found.residual > 1e-4) return { ...found, scales };
  // Differences of squares leave half the digits: where they say "none", look at the differences themselves.
  return { ...found, scales, residual: exactResidual(observed, candidates, scales, found.beta) };
}

/** ‖c‖² of one update, and what of it no κ and β of its own could explain: at most what a common κ leaves. */
export function leastLeft(observed: Observed, candidate: Float64Array): { left: number; total: number } {
  const { cc, cw, ww, ch, hh, wh } = sumsOf(observed, candidate);
  if (!(ww > 0) || !Number.isFinite(ww)) return { left: cc, total: cc };
  const determinant = ww * hh - wh * wh;
  if (hh === 0 || determinant <= 1e-12 * ww * hh)
    return { left: Math.max(0, cc - (cw * cw) / ww), total: cc };
  const scale = (cw * hh - ch * wh) / determinant;
  const beta = (ch * ww - cw * wh) / determinant;
  return { left: Math.max(0, cc - scale * cw - beta * ch), total: cc };
}

/** ‖c‖² over the steps that can be read. */
export function squareOf({ weights }: Observed): number {
  let square = 0;
  for (const weight of weights) if (!Number.isNaN(weight)) square += weight * weight;
  return square;
}

/** ‖c − κw − βh‖ / ‖c‖ over all updates. */
function exactResidual(
  observed: readonly Observed[],
  candidates: readonly Float64Array[],
  scales: readonly number[],
  beta: number,
): number {
  let left = 0;
  let total = 0;
  observed.forEach(({ weights, entropyDirection }, index) => {
    const candidate = candidates[index]!;
    for (let t = 0; t < weights.length; t++) {
      const weight = weights[t]!;
      if (Number.isNaN(weight)) continue;
      left += (weight - scales[index]! * candidate[t]! - beta * (entropyDirection?.[t] ?? 0)) ** 2;
      total += weight * weight;
    }
  });
  return relative(left, total);
}

function ownScale({ cw, wh, ww }: Sums, beta: number): number {
  return ww > 0 && Number.isFinite(ww) ? (cw - beta * wh) / ww : 0;
}

function zero(): Sums {
  return { cc: 0, cw: 0, ww: 0, ch: 0, hh: 0, wh: 0 };
}

function add(a: Sums, b: Sums): Sums {
  return {
    cc: a.cc + b.cc,
    cw: a.cw + b.cw,
    ww: a.ww + b.ww,
    ch: a.ch + b.ch,
    hh: a.hh + b.hh,
    wh: a.wh + b.wh,
  };
}

function sumsOf({ weights, entropyDirection }: Observed, candidate: Float64Array): Sums {
  const sums = zero();
  for (let t = 0; t < weights.length; t++) {
    const c = weights[t]!;
    if (Number.isNaN(c)) continue;
    const w = candidate[t]!;
    const h = entropyDirection?.[t] ?? 0;
    sums.cc += c * c;
    sums.cw += c * w;
    sums.ww += w * w;
    sums.ch += c * h;
    sums.hh += h * h;
    sums.wh += w * h;
  }
  return sums;
}

function fitTogether(sums: Sums): CommonFit | undefined {
  const { cc, cw, ww, ch, hh, wh } = sums;
  if (!(ww > 0) || !Number.isFinite(ww) || !(cc > 0)) return undefined;
  const determinant = ww * hh - wh * wh;
  if (hh === 0 || determinant <= 1e-12 * ww * hh) {
    const scale = cw / ww;
    return { scale, beta: 0, residual: relative(cc - scale * cw, cc) };
  }
  const scale = (cw * hh - ch * wh) / determinant;
  const beta = (ch * ww - cw * wh) / determinant;
  return { scale, beta, residual: relative(cc - scale * cw - beta * ch, cc) };
}

/** With a κ for each update, β is fitted on what κ leaves of every update. */
function fitEach(all: readonly Sums[]): CommonFit | undefined {
  let ch = 0;
  let hh = 0;
  for (const sums of all) {
    if (!(sums.ww > 0) || !Number.isFinite(sums.ww)) continue;
    ch += sums.ch - (sums.cw * sums.wh) / sums.ww;
    hh += sums.hh - (sums.wh * sums.wh) / sums.ww;
  }
  const beta = hh > 0 ? ch / hh : 0;
  let left = 0;
  let total = 0;
  const scales: number[] = [];
  for (const sums of all) {
    const { cc, cw, ww, ch: cross, hh: square, wh } = sums;
    total += cc;
    const scale = ownScale(sums, beta);
    left += cc - 2 * beta * cross + beta * beta * square - scale * (cw - beta * wh);
    if (ww > 0 && cc > 0) scales.push(scale);
  }
  if (scales.length === 0 || !(total > 0)) return undefined;
  scales.sort((a, b) => a - b);
  return { scale: scales[scales.length >> 1]!, beta, residual: relative(left, total) };
}

/** A relative norm from squares whose difference may be rounding only. */
function relative(left: number, total: number): number {
  return Math.sqrt(Math.max(0, left) / total);
}

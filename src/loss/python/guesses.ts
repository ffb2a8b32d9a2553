/** What an unknown name of a script most likely is: a number to be set, or something of the language. */
export interface Guess {
  readonly kind: "number" | "name" | "definition";
  readonly text: string;
  readonly note: string;
}

/** Settings by their usual names, with the value most often given. */
const NUMBERS: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/clip|^eps(?:ilon)?_/i, "0.2"],
  [/ent(?:ropy)?_?(?:coef|weight|beta|reg|scale)|^beta$|^c_?2$|_beta$/i, "0.01"],
  [/(?:vf?|value|critic|baseline)_?(?:loss_)?(?:coef|weight|scale)|^c_?1$|^c_v$/i, "0.5"],
  [/^lam(?:bda)?_?$|gae_lam/i, "0.95"],
];

/** Columns by what their names hold; the first that matches. */
const COLUMNS: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/ratio|importance/i, "exp(log_pi - log_pi_old)"],
  [/(?:old|behavio|^b_|ref|prev).*log|log.*(?:old|behavio|prev)/i, "log_pi_old"],
  [/log_?_?p|^lp$/i, "log_pi"],
  [/adv|gae/i, "adv"],
  [/entrop/i, "entropy"],
  [/logit/i, "logits"],
  [/next.*(?:val|v$)/i, "V_next"],
  [/val|critic|baseline|^b$/i, "V"],
  [
    /ret(?:urn|s)|^ret$|^G|to_?go|rtg|disc\w*_?rew|^weights?$|(?:^|_)vt$|^[Qq](?:_|$)/,
    "discounted_returns(r, gamma)",
  ],
  [/rew/i, "r"],
  [/discount|gamma/i, "gamma"],
  [/prob|^pi/i, "pi"],
  [/(?:^|_)act/i, "a"],
];

/** The number added to a deviation so that nothing is divided by 0. */
function isTiny(name: string, text: string): boolean {
  return new RegExp(`std\\([^\\n]*?\\+\\s*${name}\\b`).test(text);
}

/** Words of Python that are no names. */
const KEYWORDS: ReadonlySet<string> = new Set(
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);

/** Reads an unknown name by its looks, in the text in which it stands; undefined where they say nothing. */
export function guessName(name: string, text: string): Guess | undefined {
  if (KEYWORDS.has(name)) return undefined;
  const isEpsilon = /^_?eps(?:ilon)?$/i.test(name);
  const usual = isEpsilon ? (isTiny(name, text) ? "1e-8" : "0.2") : numberNamed(name);
  if (usual !== undefined)
    return { kind: "number", text: usual, note: `${name} = ${usual}: write your own number` };
  const column = COLUMNS.find(([pattern]) => pattern.test(name))?.[1];
  if (column === undefined) return undefined;
  const kind = /^\w+$/.test(column) ? "name" : "definition";
  return { kind, text: column, note: `${name} is read as ${column}` };
}

function numberNamed(name: string): string | undefined {
  return NUMBERS.find(([pattern]) => pattern.test(name))?.[1];
}

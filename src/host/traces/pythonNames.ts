const longestCall = 8192;
const openers = "([{";
const closers = ")]}";

/**
 * The names by which a Python script gives values to its recorder → the recorder's keyword: `log_probs` → `log_prob` for
 * `rec.update(log_prob=torch.stack(log_probs))`. The keywords stand for themselves. Nothing is executed; what is too
 * clever to be read is left out.
 */
export function recordedKeywords(script: string): ReadonlyMap<string, string> {
  const keywords = new Map<string, string>();
  for (const recorder of recorderNames(script)) {
    const calls = new RegExp(`\\b${recorder}\\.(?:update|step|rollout|outputs)\\(`, "g");
    for (const { index, 0: head } of script.matchAll(calls)) {
      for (const argument of argumentsAt(script, index + head.length)) {
        const [, keyword, value = ""] = /^\s*([A-Za-z_]\w*)\s*=(?!=)([\s\S]*)$/.exec(argument) ?? [];
        if (keyword === undefined) continue;
        keywords.set(keyword, keyword);
        const name = nameIn(value);
        if (name !== undefined && !keywords.has(name)) keywords.set(name, keyword);
      }
    }
  }
  return keywords;
}

function recorderNames(script: string): ReadonlySet<string> {
  const assigned = script.matchAll(/([A-Za-z_]\w*)\s*=\s*pgtrace\.open\(/g);
  const managed = script.matchAll(/\bpgtrace\.open\([^\n]*\)\s+as\s+([A-Za-z_]\w*)/g);
  return new Set([...assigned, ...managed].map(([, name]) => name!));
}

/** The arguments of a call whose bracket opened just before `start`, without comments, up to its end or a limit. */
function argumentsAt(script: string, start: number): string[] {
  const found: string[] = [];
  let depth = 0;
  let argument = "";
  for (let at = start; at < Math.min(script.length, start + longestCall); at++) {
    const sign = script[at]!;
    if (sign === "#") at = endOfLine(script, at);
    else if (sign === "," && depth === 0) {
      found.push(argument);
      argument = "";
    } else {
      const end = sign === "'" || sign === '"' ? endOfText(script, at) : at;
      if (openers.includes(sign)) depth++;
      else if (closers.includes(sign) && depth-- === 0) return [...found, argument];
      argument += script.slice(at, end + 1);
      at = end;
    }
  }
  return [];
}

function endOfText(script: string, start: number): number {
  for (let at = start + 1; at < script.length; at++) {
    if (script[at] === "\\") at++;
    else if (script[at] === script[start] || script[at] === "\n") return at;
  }
  return script.length;
}

function endOfLine(script: string, start: number): number {
  const end = script.indexOf("\n", start);
  return end < 0 ? script.length : end;
}

/** `saved_log_probs` of `policy.saved_log_probs[-1]` and of `torch.stack(policy.saved_log_probs)`. */
function nameIn(value: string): string | undefined {
  const text = value.trim();
  const stacked =
    /^(?:\w+\.)*(?:stack|cat|concat|concatenate|tensor|array|asarray)\(([^()]*?)(?:,[^()]*)?\)$/.exec(text);
  const path = /^[A-Za-z_][\w.]*(?=(?:\[[^\]]*\])?$)/.exec((stacked?.[1] ?? text).trim());
  return path?.[0].split(".").at(-1);
}

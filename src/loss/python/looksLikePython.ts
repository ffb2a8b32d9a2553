/** Whether a text has marks of Python that the language has not, so that a translation is worth trying. */
export function looksLikePython(text: string): boolean {
  return /^\s*(?:for|def|with|import|from|return)\b|\b(?:self|args|append|backward|zero_grad|log_prob|stack|cat|tensor|item|arange|tf|th)\b|\bfor\b.*\bin\b|\w\.\w+(?!\s*\()|\w\[["'a-z]/m.test(
    text,
  );
}

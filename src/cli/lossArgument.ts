import { readFileSync, statSync } from "node:fs";
import { readLossText } from "../engine/lossOnBatch.ts";
import { UserError } from "../engine/userError.ts";
import type { Diagnostic } from "../loss/diagnostic.ts";
import { commented, translationFix } from "../loss/python/offer.ts";
import { translatePython } from "../loss/python/translate.ts";
import type { PolicySpecification } from "../policies/policy.ts";
import { diagnosticLine } from "./diagnosticLine.ts";
import type { Console } from "./output.ts";

/** The loss of --loss: a file's text where there is such a file, else the words themselves. Throws UserError. */
export function readLoss(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const found = isPathLike(given) ? statSync(given, { throwIfNoEntry: false }) : undefined;
  if (found?.isDirectory()) throw new UserError("missing_file", `${given} is a folder, not a loss file.`);
  if (found) return given.endsWith(".py") ? readPython(given) : readTextFile(given);
  if (given.endsWith(".pgloss")) throw new UserError("missing_file", `There is no file ${given}.`);
  return given;
}

/** The loss that stands in a Python file. Throws UserError where none can be read. */
function readPython(path: string): string {
  const translation = translatePython(readTextFile(path));
  if (translation === undefined) {
    const hint = "Keep the lines that make the loss, from the log-probabilities on, and leave out the rest.";
    throw new UserError("unreadable_python", `${path} holds no loss that can be read from Python.`, hint);
  }
  return commented(translation);
}

function isPathLike(given: string): boolean {
  return given !== "" && given.length < 1024 && !/[\n\0]/.test(given);
}

/** A whole text file. Throws UserError with the path where it cannot be read. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "you may not read it",
    };
    throw new UserError("missing_file", `${path} cannot be read: ${reasons[code] ?? code}.`);
  }
}

/** Prints what is wrong with a loss that shall train a policy, or any where it is not known; true where it cannot. */
export function refusesLoss(
  text: string | undefined,
  console: Console,
  policy?: PolicySpecification,
  inParts = false,
): boolean {
  if (text === undefined) return false;
  const { diagnostics } = readLossText(text, policy, inParts);
  printDiagnostics(text, diagnostics, console);
  return diagnostics.some(({ severity }) => severity === "error");
}

/** What a person at a terminal should see of a text's diagnostics: errors and warnings; the editor has room for the rest. */
export function printDiagnostics(text: string, diagnostics: readonly Diagnostic[], console: Console): void {
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity === "error" || diagnostic.severity === "warning")
      console.error(diagnosticLine(text, diagnostic));
  }
  const isRefused = diagnostics.some(({ severity }) => severity === "error");
  const translated = isRefused ? translationFix(text)?.edits[0]?.text : undefined;
  if (translated !== undefined)
    console.error(
      `As a loss of this language it reads:\n\n${indented(translated)}\n\nA .py file is read so by itself.`,
    );
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, "  ");
}

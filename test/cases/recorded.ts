import { recorderLines } from "../../src/python/recorder/recorderLines.ts";

/** A script with its recorder's lines put in, as the editor would. */
export function recorded(script: string, stem = "train"): string {
  const lines = script.split("\n");
  for (const { line, text } of recorderLines(script, stem).lines.toReversed()) {
    lines.splice(line, 0, ...text.replace(/\n$/, "").split("\n"));
  }
  return lines.join("\n");
}

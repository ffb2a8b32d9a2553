export type { ScriptChange, TextEdit } from "./change.ts";
export type { ChangeContext } from "./changes/products.ts";
export type { LinesBefore } from "./recorder/linesBefore.ts";
export { hasRecorder, type RecorderLines, recorderLines } from "./recorder/recorderLines.ts";
export { suggestChanges } from "./suggestChanges.ts";

export type { ScriptChange, TextEdit } from "./change.ts";
export type { ChangeContext } from "./changes/products.ts";
export {
  hasRecorder,
  type LinesBefore,
  type RecorderLines,
  recorderLines,
} from "./recorder/recorderLines.ts";
export { suggestChanges } from "./suggestChanges.ts";

export type { ScriptChange, TextEdit } from "./change.ts";
export type { ChangeContext } from "./changes/products.ts";
export { suggestChanges } from "./suggestChanges.ts";

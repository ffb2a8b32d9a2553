import type { UpdateView } from "../../src/protocol/views.ts";

/** Where the numbers of an update are from. */
export const recomputedNote: Readonly<Record<UpdateView["recomputed"], string>> = {
  live: "as the trainer has it now",
  kept: "from the kept batch",
  replayed: "replayed from the checkpoint before it",
  recorded: "as the trace recorded it",
};

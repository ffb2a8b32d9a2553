import type { TracePageMethods } from "../../src/protocol/tracePage.ts";

/** Asks the host for something about the page's own trace; what fails is said on the page. */
export type Ask = <Name extends keyof TracePageMethods>(
  method: Name,
  params: TracePageMethods[Name]["params"],
) => void;

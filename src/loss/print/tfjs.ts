import type { Printable } from "./print.ts";
import { Unwritable } from "./python.ts";

export function tfjsText(_: Printable): string {
  throw new Unwritable("this loss cannot be written");
}

import { UserError } from "../engine/userError.ts";

/** The sizes of --hidden: 64,64; 0 for none. Throws UserError. */
export function readHidden(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  if (text === "0" || text === "") return [];
  return text.split(",").map((word) => {
    const size = Number(word);
    if (Number.isInteger(size) && size > 0) return size;
    throw new UserError(
      "usage",
      `--hidden takes whole numbers like 128 or 64,64 (0: linear), not "${text}".`,
    );
  });
}

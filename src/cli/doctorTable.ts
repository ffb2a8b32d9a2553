import type { BackendFinding, DoctorReport, PartState, ProgramFinding } from "../protocol/doctor.ts";
import { textTable } from "./output.ts";

const marks: Readonly<Record<PartState, string>> = { ok: "✓", absent: "–", wrong: "✗" };

/** The report as three tables: backends, programs, and what mends what is missing. */
export function doctorTable({ version, backends, programs }: DoctorReport): string {
  const troubles = [...backends, ...programs].filter(({ missing }) => missing !== "");
  const parts = [
    `Policy Gradient Inspector ${version}\n`,
    leftTable([
      ["", "backend", "version", "device", "precision", "same seed, same run"],
      ...backends.map(row),
    ]),
    leftTable([["", "program", "version", "place"], ...programs.map(programRow)]),
  ];
  if (troubles.length > 0) {
    const rows = troubles.map(({ name, missing, mend }) => [name, missing, mend]);
    parts.push(leftTable([["", "what is missing", "what mends it"], ...rows]));
  }
  return parts.join("\n");
}

function row({ name, state, version, device, precision, deterministic }: BackendFinding): string[] {
  const same = deterministic === null ? "" : deterministic ? "yes" : "no";
  return [marks[state], name, version, device, state === "ok" ? precision : "", same];
}

function programRow({ name, state, version, place }: ProgramFinding): string[] {
  return [marks[state], name, version, place];
}

function leftTable(rows: readonly (readonly string[])[]): string {
  return textTable(rows, new Set(rows[0]?.keys()));
}

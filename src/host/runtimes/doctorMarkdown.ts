import type { BackendFinding, DoctorReport, PartState, ProgramFinding } from "../../protocol/doctor.ts";

const words: Readonly<Record<PartState, string>> = { ok: "✓ ready", absent: "– absent", wrong: "✗ wrong" };

/** The doctor's report as a Markdown page: backends, programs, and what mends what is missing. */
export function doctorMarkdown({ version, backends, programs }: DoctorReport): string {
  const troubles = [...backends, ...programs].filter(({ missing }) => missing !== "");
  return [
    "# Policy Gradient: Doctor",
    `Version ${version}. Every backend that is installed was loaded just now and computed a gradient.`,
    "## Backends",
    table(
      ["", "Backend", "Version", "Device", "Precision", "Same seed, same run", "Libraries"],
      backends.map(backendRow),
    ),
    "## Programs",
    table(["", "Program", "Version", "Place"], programs.map(programRow)),
    ...(troubles.length === 0
      ? []
      : ["## What is missing", table(["", "What", "What mends it"], troubles.map(troubleRow))]),
    "",
  ].join("\n\n");
}

function backendRow(finding: BackendFinding): string[] {
  const { name, state, version, device, precision, deterministic, folder } = finding;
  const same = deterministic === null ? "" : deterministic ? "yes" : "no";
  return [
    words[state],
    `**${name}**`,
    version,
    plain(device),
    state === "ok" ? precision : "",
    same,
    code(folder),
  ];
}

function programRow({ name, state, version, place }: ProgramFinding): string[] {
  return [words[state], `**${name}**`, version, code(place)];
}

/** In the editor the commands of the palette do what the words for the terminal do. */
const paletteCommands: Readonly<Record<string, string>> = {
  "pgi doctor --install tensorflow": "Policy Gradient: Install TensorFlow Runtime",
  "pgi doctor --install webgpu": "Policy Gradient: Install WebGPU Runtime",
};

function troubleRow({ name, missing, mend }: BackendFinding | ProgramFinding): string[] {
  const command = paletteCommands[mend];
  return [`**${name}**`, plain(missing), command === undefined ? plain(mend) : code(command)];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return text === "" ? "" : `\`${text.replaceAll("|", "\\|").replaceAll("`", "ˋ")}\``;
}

function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!]/g, "\\$&").replace(/\s+/g, " ");
}

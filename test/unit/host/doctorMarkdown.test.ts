import { expect, test } from "vitest";
import { doctorTable } from "../../../src/cli/doctorTable.ts";
import { doctorMarkdown } from "../../../src/host/runtimes/doctorMarkdown.ts";
import type { DoctorReport } from "../../../src/protocol/doctor.ts";

const blank = { version: "", device: "", deterministic: null, folder: "", missing: "", mend: "" };
const report: DoctorReport = {
  version: "1.2.3",
  backends: [
    {
      ...blank,
      name: "kernels",
      state: "ok",
      version: "1.2.3",
      device: "A | B",
      precision: "float64",
      deterministic: true,
    },
    {
      ...blank,
      name: "tensorflow",
      state: "absent",
      precision: "float32",
      missing: "not installed",
      mend: "pgi doctor --install tensorflow",
    },
    {
      ...blank,
      name: "webgpu",
      state: "wrong",
      version: "0.6.2",
      precision: "float32",
      missing: "<b>no *GPU*</b>\nat all",
      mend: "install a driver",
    },
  ],
  programs: [
    { name: "Python", state: "ok", version: "3.12.1", place: "/usr/bin/python3", missing: "", mend: "" },
  ],
};

test("the page has a row for every part, and the editor's own commands for what is missing", () => {
  const page = doctorMarkdown(report);
  expect(page).toContain("| – absent | **tensorflow** |");
  expect(page).toContain(
    "| **tensorflow** | not installed | `Policy Gradient: Install TensorFlow Runtime` |",
  );
  expect(page).toContain("| ✓ ready | **Python** | 3.12.1 | `/usr/bin/python3` |");
  expect(page).not.toContain("pgi doctor");
});

test("what others say is text, never markup, and stays in its cell", () => {
  const page = doctorMarkdown(report);
  expect(page).toContain("\\<b\\>no \\*GPU\\*\\</b\\> at all");
  const rows = page.split("\n").filter((line) => line.startsWith("|"));
  const cells = (line: string) => line.replaceAll("\\|", "").split("|").length;
  expect(new Set(rows.slice(0, 5).map(cells)).size).toBe(1);
});

test("a report without trouble has no third table", () => {
  const [kernels] = report.backends;
  const healthy = { ...report, backends: [kernels!] };
  expect(doctorMarkdown(healthy)).not.toContain("What is missing");
  expect(doctorTable(healthy)).not.toContain("what is missing");
  expect(doctorTable(report)).toContain("what mends it");
});

import type { CommandRecord } from "./command.ts";

import { compareCommand } from "./commands/compare.ts";
import { conformCommand } from "./commands/conform.ts";
import { deriveCommand } from "./commands/derive.ts";
import { diagnoseCommand } from "./commands/diagnose.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { explainCommand } from "./commands/explain.ts";
import { exportCommand } from "./commands/export.ts";
import { lossCommand } from "./commands/loss.ts";
import { probesCommand } from "./commands/probes.ts";
import { proveCommand } from "./commands/prove.ts";
import { runsCommand } from "./commands/runs.ts";
import { showCommand } from "./commands/show.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { trainCommand } from "./commands/train.ts";
import { whatIfCommand } from "./commands/whatIf.ts";

/** Every command of `pgi`, in the order of the overview. */
export const commands: readonly CommandRecord[] = [
  trainCommand,
  sweepCommand,
  compareCommand,
  showCommand,
  whatIfCommand,
  lossCommand,
  deriveCommand,
  explainCommand,
  proveCommand,
  probesCommand,
  runsCommand,
  exportCommand,
  diagnoseCommand,

  conformCommand,
  doctorCommand,
];

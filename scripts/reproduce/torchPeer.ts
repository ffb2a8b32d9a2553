import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { resolveSettings, type SettingsRequest } from "../../src/engine/settings.ts";
import { parseLoss } from "../../src/loss/parse.ts";
import { namedNumbers } from "../../src/loss/scalars.ts";

/** Which algorithms there is a PyTorch script for, and which. */
const scripts: Readonly<Record<string, string>> = {
  reinforce: "reinforce.py",
  "reinforce-gaussian": "reinforce.py",
  a2c: "stepped.py",
  ppo: "stepped.py",
};

export const peered = Object.keys(scripts);

/** One training in PyTorch: settings as `pgi train` takes them, and so many steps, or until it counts as solved. */
export interface PeerTrial {
  readonly request: SettingsRequest;
  readonly steps?: number;
}

/** What a peer prints. */
export interface PeerResult {
  /** Of every episode that ended: its return, and the environment steps taken by then. */
  readonly returns: readonly number[];
  readonly at: readonly number[];
  readonly steps: number;
  readonly solved_after: number | null;
  readonly seconds: number;
  readonly torch: string;
}

/** Trains in PyTorch, one training a core. @returns the results in the order of the trials. Throws where one fails. */
export async function runPeers(python: string, trials: readonly PeerTrial[]): Promise<readonly PeerResult[]> {
  const results: PeerResult[] = [];
  const waiting = [...trials.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [place, trial] = next;
      results[place] = await runPeer(python, trial);
    }
  };
  await Promise.all(cpus().map(work));
  return results;
}

async function runPeer(python: string, trial: PeerTrial): Promise<PeerResult> {
  const settings = settingsOf(trial);
  const path = fileURLToPath(new URL(`peers/${scripts[settings.algorithm]}`, import.meta.url));
  const child = spawn(python, ["-W", "ignore", path], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  child.stdin.end(JSON.stringify(settings));
  const printed = await text(child.stdout);
  const [code] = await ended;
  if (code !== 0) throw new Error(`PyTorch's ${settings.algorithm} ended with ${code}.`);
  return JSON.parse(printed) as PeerResult;
}

/**
 * What a peer is told: the settings that our run resolves to, the numbers that its texts name, and of what else may stand
 * in them whether it does. The peers' losses are written by hand; a text of another shape would need another peer.
 */
export function settingsOf({ request, steps }: PeerTrial) {
  const { settings, environment } = resolveSettings(request);
  const { loss, targets } = settings;
  return {
    environment: settings.environment,
    algorithm: settings.algorithm,
    seed: settings.seed,
    hidden: settings.hidden,
    activation: settings.activation,
    bias: settings.bias,
    optimiser: settings.optimiser,
    learning_rate: settings.learningRate,
    value_learning_rate: settings.valueLearningRate,
    gamma: settings.gamma,
    clip_norm: settings.clipNorm,
    adam_epsilon: settings.adamEpsilon,
    anneal_steps: settings.annealSteps,
    sigma: settings.sigma,
    environments: settings.environments,
    batch: settings.batch,
    epochs: settings.epochs,
    minibatches: settings.minibatches,
    numbers: { ...numbersIn(targets), ...numbersIn(loss) },
    is_normalised: loss.includes(".std()"),
    is_critic_clipped: loss.includes("V_recorded"),
    solved_at: environment.solvedAt ?? null,
    steps: steps ?? null,
    most_episodes: 5000,
  };
}

function numbersIn(source: string): Readonly<Record<string, number>> {
  const { program } = parseLoss(source);
  return Object.fromEntries((program ? namedNumbers(program) : []).map(({ name, value }) => [name, value]));
}

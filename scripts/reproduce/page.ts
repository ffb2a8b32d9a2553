import type { CartPolePart, SolvingRow } from "./cartPole.ts";
import { type CorridorPart, optimum, shownEpisodes } from "./corridor.ts";
import type { LearningPart, LearningRow, Side } from "./learning.ts";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
}

type On<Part> = Part & { readonly machine: Machine };

/** What was measured, and on what; a part that was never run is missing. */
export interface Measured {
  readonly corridor?: On<CorridorPart>;
  readonly cartpole?: On<CartPolePart>;
  readonly learning?: On<LearningPart>;
}

/** The page, from what was measured and nothing else. */
export function pageOf({ corridor, cartpole, learning }: Measured): string {
  const parts = [
    `# Reproductions

Written by \`npm run reproduce\`, every number measured by it but those that are said to be others'. Nothing here is set by hand: run it again and the page is
written anew. \`npm run reproduce -- corridor\` does one part, and so do \`cartpole\` and \`learning\`. PyTorch stands beside ours with the same environments (Gymnasium's), networks,
settings and losses, in scripts of \`scripts/reproduce/peers\` as people write them; float32, one thread a training, as many trainings at a time as there are cores, on both sides.
`,
    corridor && corridorText(corridor),
    cartpole && cartPoleText(cartpole),
    learning && learningText(learning),
  ];
  return parts.filter((part) => part !== undefined).join("\n");
}

function onMachine({ cpu, cores, node }: Machine): string {
  return `Measured on ${cores} cores of ${cpu}, Node ${node.replace("v", "")}.`;
}

function corridorText({ seconds, rows, reference, machine }: On<CorridorPart>): string {
  const time = Object.values(seconds).reduce((sum, value) => sum + value, 0);
  return `## The short corridor: Figures 13.1 and 13.2

![Figure 13.1](../media/reproductions/figure-13.1.svg)

![Figure 13.2](../media/reproductions/figure-13.2.svg)

Sutton & Barto, 2nd edition. Means of 100 runs of 1,000 episodes (seeds 1 to 100), γ = 1, θ from (ln 19, 0) for (left, right): p(right) = 0.05. An
episode ends after 1,000 steps at the latest. The updates are those of the boxes: after an episode θ moves at every step in turn, ∇ln π taken with the θ
of that moment. The algorithms of \`pgi train\` sum an episode's updates with θ held, which differs by O(α²); so these runs are made by a learner of
their own, \`src/engine/conformance/corridorInLoop.ts\`, which tests hold to the same updates made through a network, episode by episode. The baseline is
one weight w from 0; δ is taken before w moves. No policy that cannot tell the states apart has a greater value than v\\* = ${figure(optimum, 4)}.

${table(
  [
    "figure",
    "setting",
    ...shownEpisodes.map((episode) => `episode ${episode}`),
    "last 100",
    "median p(right)",
    "its exact value",
    "lost runs",
  ],
  rows.map(({ figure: id, setting, points, last100, medianProbability, medianValue, lost }) => [
    id,
    setting,
    ...points.map(({ mean, error }) => `${figure(mean, 1)} ± ${error.toFixed(1)}`),
    figure(last100, 2),
    medianProbability.toFixed(3),
    figure(medianValue, 2),
    String(lost),
  ]),
)}

± is the standard error of the mean. A lost run ended with p(right) below 1 % or above 99 %: one long episode with a step size this large is enough, and there
is next to no gradient to come back by. ${lostSentence(rows)} The median and its exact value are of the policies after the last episode.

Against outside runs: ${reference.runs} runs of α = 2⁻¹³ beside the ${reference.runs} of \`test/reference/short_corridor.json\`, at ${reference.points} episodes: the means differ by at most
${reference.greatestZ.toFixed(1)} standard errors of the difference. Figure 13.1 took ${seconds["13.1"]?.toFixed(1)} s, both ${time.toFixed(1)} s, on one core. ${onMachine(machine)}
`;
}

function lostSentence(rows: CorridorPart["rows"]): string {
  const lossy = rows.filter(({ lost }) => lost > 0);
  if (lossy.length === 0) return "Here there is none.";
  return `They hold the mean of ${lossy.map(({ setting, lost }) => `"${setting}" (${lost} of 100)`).join(" and ")} down.`;
}

function cartPoleText({ seeds, rows, torchRows, torch, machine }: On<CartPolePart>): string {
  const short = rows.filter(({ solvedAfter }) => solvedAfter.length < seeds);
  return `## CartPole-v1, every algorithm that chooses among actions

![Episodes to solved](../media/reproductions/cartpole.svg)

\`pgi sweep\` with each algorithm's own defaults, seeds 1 to ${seeds}, until the average of 100 episodes reaches 475, at most 5,000 episodes. Seconds are those of training with
everything recorded, one trial a core. ${torch === null ? "" : `PyTorch ${torch.split("+")[0]}, which records nothing, has seeds 1 to ${torchRows[0]?.seeds ?? 0}. `}${onMachine(machine)}

${table(
  [
    "algorithm",
    "solved",
    "episodes, mean (least to greatest)",
    "95 % interval of the mean",
    "steps, mean",
    "seconds, mean",
  ],
  [...rows, ...torchRows].map((row) => [
    `${row.title} (\`${row.algorithm}\`)`,
    `${row.solvedAfter.length} of ${row.seeds}`,
    spread(row.solvedAfter, 0),
    interval(row.solvedAfter, 0, 0),
    row.steps.length === 0 ? "–" : Math.round(mean(row.steps)).toLocaleString("en-US"),
    row.seconds.length === 0 ? "–" : mean(row.seconds).toFixed(1),
  ]),
)}

The interval is Student's, over the seeds that solved it. ${short.length === 0 ? "Every seed of every algorithm solved it." : `Where ours falls short: ${short.map(shortOf).join("; ")}.`}
`;
}

function shortOf({ title, unsolved, failed }: SolvingRow): string {
  const parts = [
    ...(unsolved.length > 0
      ? [`not solved, average of the last 100 ${unsolved.map((value) => value.toFixed(0)).join(", ")}`]
      : []),
    ...failed.map((reason) => `failed: ${reason}`),
  ];
  return `${title}: ${parts.join("; ")}`;
}

function learningText(part: On<LearningPart>): string {
  const { seeds, rows, torch, machine } = part;
  return `## Other environments, beside PyTorch and the zoo

![Learning curves](../media/reproductions/learning.svg)

\`pgi train --environment … --algorithm … --steps …\` with the algorithm's own defaults for the environment, seeds 1 to ${seeds}. Returns are those of training, actions drawn, averaged over the
last 100 episodes. ${torch === null ? "PyTorch was not here to be measured. " : `PyTorch ${torch.split("+")[0]} has the same seeds. `}The zoo's are published figures of rl-baselines3-zoo: deterministic, tuned, with exploration (gSDE) and normalisation of observations
and rewards that ours has not, so they are where one could be, not a like for like. ${onMachine(machine)}

${table(
  [
    "environment, algorithm",
    "steps",
    "",
    "average of the last 100, mean (least to greatest)",
    "95 % interval of the mean",
    "solved after episodes",
    "episodes, mean",
    "seconds, mean",
    "zoo",
  ],
  rows.flatMap(learningRows),
)}

${notesOf(part)}
`;
}

/** Why some fall short, and what mends it. */
function notesOf({ chances, explained }: LearningPart): string {
  const [mountainCar, continuous] = chances.map(
    ({ episodes, reached }) => `${reached} of ${episodes.toLocaleString("en-US")}`,
  );
  return `**FrozenLake-v1.** An episode that does not reach the goal has no gradient, and a policy that has become certain of a worse way has nothing that leads away from it: plain REINFORCE
stays there with some seeds, however long. A baseline mends most of it.

**MountainCar-v0.** ${mountainCar} episodes of random actions reach the goal, so plain REINFORCE sees −200 whatever it does, and learns nothing. PPO does not wait for the goal: its V falls where
it has been, so that what it has not seen looks better. Its defaults here scale the rewards in the text of its targets and do not clip the critic.

**Pendulum-v1.** Plain REINFORCE (13.7) does not learn it: with γ = 0.9, γᵗ gives the first 20 of an episode's 200 steps ${((1 - 0.9 ** 20) * 100).toFixed(0)} % of all weight, and nearly all of G's spread tells where
the pendulum is and not what was done: V alone, learnt by PPO, tells ${explained.map((share) => `${(share * 100).toFixed(1)} %`).join(", ")} of it in the last update of each seed. A critic is what it needs. A2C's loss for this environment scales the
rewards and the advantages, in its text; PPO's does not clip the critic.

**MountainCarContinuous-v0.** ${continuous} episodes of noise with σ = 1 reach the goal, and the force costs: advantages that are scaled by their own deviation, as PPO's usually are, hold nothing but that cost at
first and teach to stand still. The defaults here leave them as they are and scale the rewards, so that the entropy bonus keeps σ until the goal has been found. The zoo's gSDE, noise that goes on in one
direction for a while, finds it sooner.`;
}

function learningRows({ environment, algorithm, steps, zoo, ours, torch }: LearningRow): readonly string[][] {
  const count = steps.toLocaleString("en-US");
  const published = zoo === undefined ? "–" : `${figure(zoo.return, 1)} (${zoo.steps})`;
  const first = [
    `${environment}, \`${algorithm}\``,
    count,
    "pgi",
    ...sideCells(ours, environment),
    published,
  ];
  return torch === null ? [first] : [first, ["", "", "PyTorch", ...sideCells(torch, environment), ""]];
}

function sideCells(
  { last100, solvedAfter, episodes, seconds }: Side,
  environment: string,
): readonly string[] {
  const digits = environment.startsWith("FrozenLake") ? 2 : 1;
  const hasThreshold = !environment.startsWith("Pendulum");
  return [
    spread(last100, digits),
    interval(last100, digits),
    hasThreshold ? solvedAfter.map((after) => after ?? "not").join(", ") : "no threshold",
    Math.round(mean(episodes)).toLocaleString("en-US"),
    mean(seconds).toFixed(1),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const figure = (value: number, digits: number) =>
  Number.isFinite(value) ? value.toFixed(digits).replace("-", "−") : "−∞";

function spread(values: readonly number[], digits: number): string {
  if (values.length === 0) return "–";
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  return `${figure(mean(values), digits)} (${figure(least, digits)} to ${figure(greatest, digits)})`;
}

/** Student's t at 97.5 %, by degrees of freedom from 1. */
const student = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** Student's 95 % interval of the mean; values never lie below `least`. */
function interval(values: readonly number[], digits: number, least = Number.NEGATIVE_INFINITY): string {
  const t = student[values.length - 2];
  if (t === undefined) return "–";
  const center = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
  const half = t * Math.sqrt(variance / values.length);
  return `${figure(Math.max(least, center - half), digits)} to ${figure(center + half, digits)}`;
}

import { actionSize } from "../../environments/spaces.ts";
import { type GymDescription, type GymFacts, parseFacts, readFacts } from "./description.ts";
import { decodeNumbers, encodeNumbers, frameKinds } from "./frames.ts";
import { PythonError, PythonProcess } from "./pythonProcess.ts";
import type { AutoresetMode, RemoteEnvironments, RemoteSteps } from "./remote.ts";

/** Which environments to make, and where. */
export interface GymRequest {
  /** Gymnasium's id, "module:Name-v0" included. */
  readonly id: string;
  /** N. */
  readonly count: number;
  /** The Python program. */
  readonly python: string;
  /** The bridge's script. */
  readonly script: string;
  /** Python's working folder: environments of one's own are imported from there. */
  readonly folder: string;
  /** Whether Gymnasium's vector environment is used, all of whose environments step at once. */
  readonly vector?: boolean;
  /** Arguments for the environment. */
  readonly options?: Readonly<Record<string, unknown>>;
}

const terminatedFlag = 1;
const truncatedFlag = 2;
const fakeFlag = 4;
/** Numbers before the observation in a row of a step's reply: reward, flags, clipped. */
const figures = 3;

/** N environments of the user's Gymnasium in a Python of their own. Every call may reject with a PythonError. */
export class GymEnvironments implements RemoteEnvironments {
  readonly id: string;
  readonly count: number;
  /** What Python said, for the run. */
  readonly facts: GymFacts;
  readonly description: GymDescription;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly #process: PythonProcess;

  private constructor(request: GymRequest, process: PythonProcess, facts: GymFacts) {
    const description = readFacts(facts);
    this.id = request.id;
    this.count = request.count;
    this.facts = facts;
    this.description = description;
    this.observationSize = description.observationSpace.low.length;
    this.actionSize = actionSize(description.actionSpace);
    this.#process = process;
  }

  /** Starts Python and makes the environments there. */
  static async open(request: GymRequest): Promise<GymEnvironments> {
    const { id, count, vector, options } = request;
    const process = new PythonProcess(request.python, request.script, request.folder);
    try {
      const body = JSON.stringify({ id, count, vector: vector ?? false, options: options ?? {} });
      const reply = await process.ask(frameKinds.make, new TextEncoder().encode(body));
      return new GymEnvironments(request, process, parseFacts(reply));
    } catch (error) {
      await process.close();
      throw error;
    }
  }

  get autoreset(): AutoresetMode {
    return this.description.autoreset;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  async reset(indices: readonly number[], seeds: readonly number[]): Promise<Float64Array> {
    const asked = Float64Array.of(indices.length, ...indices, ...seeds);
    const body = await this.#process.ask(frameKinds.reset, encodeNumbers(asked));
    const observations = decodeNumbers(body, indices.length * this.observationSize);
    this.#checkNumbers(observations, 0, this.observationSize, indices, "after reset");
    return observations;
  }

  async step(indices: readonly number[], actions: Float64Array): Promise<RemoteSteps> {
    const k = indices.length;
    const asked = new Float64Array(1 + k + k * this.actionSize);
    asked[0] = k;
    asked.set(indices, 1);
    asked.set(actions.subarray(0, k * this.actionSize), 1 + k);
    const width = figures + this.observationSize;
    const body = await this.#process.ask(frameKinds.step, encodeNumbers(asked));
    const rows = decodeNumbers(body, k * width);
    this.#checkNumbers(rows, 0, width, indices, "in step");
    return readSteps(rows, k, this.observationSize);
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  /** Throws for the first number that is none, with the place where it stands. */
  #checkNumbers(
    rows: Float64Array,
    start: number,
    width: number,
    indices: readonly number[],
    when: string,
  ): void {
    const wrong = rows.findIndex((value) => Number.isNaN(value));
    if (wrong < start) return;
    const column = wrong % width;
    const head = width - this.observationSize;
    const what =
      column >= head ? `observation "${this.description.observationSpace.names[column - head]}"` : "reward";
    const which = this.count === 1 ? "" : ` of environment ${indices[Math.floor(wrong / width)]}`;
    throw new PythonError("not_a_number", `${this.id}: the ${what}${which} is NaN ${when}.`, "");
  }
}

function readSteps(rows: Float64Array, k: number, observationSize: number): RemoteSteps {
  const width = figures + observationSize;
  const steps = {
    observations: new Float64Array(k * observationSize),
    rewards: new Float64Array(k),
    terminated: new Uint8Array(k),
    truncated: new Uint8Array(k),
    fake: new Uint8Array(k),
    clipped: new Uint8Array(k),
  };
  for (let row = 0; row < k; row++) {
    const at = row * width;
    const flags = rows[at + 1]!;
    steps.rewards[row] = rows[at]!;
    steps.terminated[row] = flags & terminatedFlag ? 1 : 0;
    steps.truncated[row] = flags & truncatedFlag ? 1 : 0;
    steps.fake[row] = flags & fakeFlag ? 1 : 0;
    steps.clipped[row] = Math.min(rows[at + 2]!, 255);
    steps.observations.set(rows.subarray(at + figures, at + width), row * observationSize);
  }
  return steps;
}

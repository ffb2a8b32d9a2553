import { actionSize } from "../../environments/spaces.ts";
import { type GymDescription, type GymFacts, parseFacts, readFacts } from "./description.ts";
import { decodeNumbers, encodeFrame, expectNumbers, frameKinds, NumbersFrame } from "./frames.ts";
import { PythonError, PythonProcess } from "./pythonProcess.ts";
import type { AutoresetMode, RemoteEnvironments, RemoteSteps } from "./remote.ts";
import { figures, StepReply } from "./stepReply.ts";

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
  readonly #request = new NumbersFrame();
  readonly #reply: StepReply;

  private constructor(request: GymRequest, process: PythonProcess, facts: GymFacts) {
    const description = readFacts(facts);
    this.id = request.id;
    this.count = request.count;
    this.facts = facts;
    this.description = description;
    this.observationSize = description.observationSpace.low.length;
    this.actionSize = actionSize(description.actionSpace);
    this.#process = process;
    this.#reply = new StepReply(request.count, this.observationSize);
  }

  /** Starts Python and makes the environments there. */
  static async open(request: GymRequest): Promise<GymEnvironments> {
    const { id, count, vector, options } = request;
    const process = new PythonProcess(request.python, request.script, request.folder);
    try {
      const body = JSON.stringify({ id, count, vector: vector ?? false, options: options ?? {} });
      const reply = await process.ask(encodeFrame(frameKinds.make, new TextEncoder().encode(body)));
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
    const k = indices.length;
    const numbers = this.#request.numbers(1 + 2 * k);
    numbers[0] = k;
    numbers.set(indices, 1);
    numbers.set(seeds, 1 + k);
    const observations = await this.#ask(frameKinds.reset);
    expectNumbers(observations, k * this.observationSize);
    this.#checkNumbers(observations, this.observationSize, indices, "after reset");
    return observations;
  }

  async step(
    indices: readonly number[],
    actions: Float64Array,
    seeds: readonly number[] = [],
  ): Promise<RemoteSteps> {
    const k = indices.length;
    const taken = k * this.actionSize;
    const numbers = this.#request.numbers(2 + k + taken + seeds.length);
    numbers[0] = k;
    numbers[1] = seeds.length;
    numbers.set(indices, 2);
    for (let i = 0; i < taken; i++) numbers[2 + k + i] = actions[i]!;
    numbers.set(seeds, 2 + k + taken);
    const rows = await this.#ask(frameKinds.step);
    const reply = this.#reply;
    reply.read(rows, k, seeds.length);
    const width = figures + this.observationSize;
    this.#checkNumbers(rows.subarray(0, k * width), width, indices, "in step");
    const begun = indices.filter((_, row) => reply.hasEnded(row));
    this.#checkNumbers(reply.firsts, this.observationSize, begun, "after reset");
    return reply;
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  /** Asks with what `#request` holds. */
  async #ask(kind: number): Promise<Float64Array> {
    return decodeNumbers(await this.#process.ask(this.#request.frame(kind)));
  }

  /** Throws for the first number that is none, with the place where it stands. */
  #checkNumbers(rows: Float64Array, width: number, indices: readonly number[], when: string): void {
    const wrong = firstNaN(rows);
    if (wrong === -1) return;
    const column = wrong % width;
    const head = width - this.observationSize;
    const what =
      column >= head ? `observation "${this.description.observationSpace.names[column - head]}"` : "reward";
    const which = this.count === 1 ? "" : ` of environment ${indices[Math.floor(wrong / width)]}`;
    throw new PythonError("not_a_number", `${this.id}: the ${what}${which} is NaN ${when}.`, "");
  }
}

/** A loop: it takes a tenth of the time of `findIndex` and its callback. */
function firstNaN(values: Float64Array): number {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return i;
  return -1;
}

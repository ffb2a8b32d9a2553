import { UserError } from "./userError.ts";

export function divergedError(episode: number): UserError {
  return new UserError(
    "diverged",
    `The policy's outputs are no numbers any more in episode ${episode}.`,
    "Lower the learning rate or clip the gradient; the run up to here is kept.",
  );
}

export function endlessError(episode: number, steps: number): UserError {
  return new UserError(
    "endless_episode",
    `Episode ${episode} has not ended after ${steps} steps and fills the memory.`,
    "The policy no longer reaches an end: lower the learning rate; the run up to here is kept.",
  );
}

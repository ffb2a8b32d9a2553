import * as tf from "@tensorflow/tfjs-core";

/**
 * Runs tensor operations on one backend, whichever the process used last, and cleans up what they leave but the tensors in
 * the result. Switching to a backend that is initialised happens at once, though its function is asynchronous.
 */
export function onBackend<Result>(name: string, work: () => Result): Result {
  if (tf.getBackend() !== name) void tf.setBackend(name);
  return tf.tidy(work as () => tf.TensorContainer) as Result;
}

/** Frees every tensor in an object or array, however deep. */
export function free(tensors: object | undefined): void {
  tf.dispose(tensors as tf.TensorContainer);
}

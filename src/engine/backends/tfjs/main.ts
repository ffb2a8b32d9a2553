export { openTensorflow } from "./tensorflow.ts";
export { openWebGpu } from "./webgpu.ts";

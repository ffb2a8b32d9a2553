import type { DevicePolicy } from "../../policies/devicePolicy.ts";
import type { PolicySpecification } from "../../policies/policy.ts";
import type { DeviceName } from "./names.ts";

/** A library with a device, opened: it makes policies that learn there. */
export interface DeviceBackend {
  readonly name: DeviceName;
  /** The library's own version. */
  readonly version: string;
  /** What it runs on, in words. */
  readonly device: string;
  readonly precision: "float32";
  createPolicy(specification: PolicySpecification): DevicePolicy;
  /** Number of tensors alive on all devices of this process. */
  tensorCount(): number;
}

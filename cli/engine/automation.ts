/** Pulumi's Automation API, loaded without the modules that this program does not need. Import it only from here. */
import "./pulumi-insides.ts";

export {
  CommandError,
  ConcurrentUpdateError,
  LocalWorkspace,
  PulumiCommand,
  type PulumiFn,
  Stack,
  StackNotFoundError,
} from "@pulumi/pulumi/automation/index.js";
export type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/events.js";
/** How Pulumi marks a secret in a deployment. */
export { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";

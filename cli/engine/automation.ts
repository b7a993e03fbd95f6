/** Pulumi's Automation API, loaded without what no program of ours needs: the one place to import it from. */
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
export { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";
export type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/events.js";

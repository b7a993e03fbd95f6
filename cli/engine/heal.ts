import { deletionHooks } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { leaveOutDenials } from "./denials.ts";
import type { Resource } from "./deployment.ts";
import { forgetEnvironment } from "./provider-inputs.ts";

/** Repairs the state's resources, whichever version of mfa-admin has left them so. @returns whether any needed repair */
export function healResources(
  resources: Resource[],
  settings: Pick<Settings, "permissions" | "permissionsBoundary">,
): boolean {
  return [
    forgetEnvironment(resources),
    giveDeletionHooks(resources),
    // A refresh that was interrupted, or one by plain Pulumi, may have left denials in the state.
    leaveOutDenials({ resources }, settings),
  ].some(Boolean);
}

/**
 * Gives users and roles the hooks that empty them before their deletion: IAM does not delete a user that has an access key.
 * Resources that were taken into the state from AWS lack the hooks, which a run of the program gives.
 *
 * @returns whether any resource lacked its hook
 */
export function giveDeletionHooks(resources: Pick<Resource, "type" | "resourceHooks">[]): boolean {
  let found = false;
  for (const resource of resources) {
    if (!isHooked(resource.type)) continue;
    const hook = deletionHooks[resource.type];
    const hooks = resource.resourceHooks ?? {};
    if (hooks["BeforeDelete"]?.includes(hook) === true) continue;
    resource.resourceHooks = { ...hooks, BeforeDelete: [...(hooks["BeforeDelete"] ?? []), hook] };
    found = true;
  }
  return found;
}

function isHooked(type: string): type is keyof typeof deletionHooks {
  return Object.hasOwn(deletionHooks, type);
}

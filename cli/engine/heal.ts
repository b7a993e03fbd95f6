import { deletionHooks } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { leaveOutDenials } from "./denials.ts";
import type { Resource } from "./deployment.ts";
import { forgetEnvironment } from "./provider-inputs.ts";

/** Puts right what is wrong in a state, whichever version has made it so. @returns whether anything was */
export function healResources(
  resources: Resource[],
  settings: Pick<Settings, "permissions" | "permissionsBoundary">,
): boolean {
  return [
    forgetEnvironment(resources),
    giveDeletionHooks(resources),
    // A refresh that was broken off, or one of plain Pulumi, has left them there.
    leaveOutDenials({ resources }, settings),
  ].some(Boolean);
}

/**
 * Has users and roles emptied before they are deleted. What was taken into the state from AWS has come without the hooks that a
 * run of the program gives, and IAM deletes nobody who has a key.
 *
 * @returns whether any had none
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

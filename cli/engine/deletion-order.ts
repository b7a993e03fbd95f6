import { controlPolicyType, isCloudResource } from "../changes/step.ts";
import { developerIn } from "../changes/urn.ts";
import type { Deployment } from "./deployment.ts";

/**
 * Has the organization's policies depend on all users and roles of developers, so that the engine deletes the policies first. A run for
 * some developers alone, such as `add-developer`, leaves the policies as they are, and what they depend on.
 *
 * @returns whether any policy did not depend on one of them
 */
export function deletePoliciesFirst(deployment: Deployment): boolean {
  const { resources } = deployment;
  const policies = resources.filter(
    ({ type, delete: isReplaced }) => type === controlPolicyType && isReplaced !== true,
  );
  const theirs = resources
    .filter((resource) => isCloudResource(resource) && developerIn(resource) !== undefined && resource.delete !== true)
    .map(({ urn }) => urn);
  const lacking = policies.filter(({ dependencies = [] }) => !theirs.every((urn) => dependencies.includes(urn)));
  for (const policy of lacking) policy.dependencies = [...new Set([...(policy.dependencies ?? []), ...theirs])];
  // The engine takes a state only in which each resource comes after those that it depends on.
  if (lacking.length > 0) deployment.resources = [...resources.filter((one) => !policies.includes(one)), ...policies];
  return lacking.length > 0;
}

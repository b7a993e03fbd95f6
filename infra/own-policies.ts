/** The organization's own service control policies, which the settings name by their files. Pure functions. */

import type { ControlPolicy } from "./guard-rails.ts";
import { type PolicyDocument } from "./policies.ts";

/** A policy with the content of its file. */
export interface OwnPolicy {
  /** The path as in the settings: below the project's directory, with slashes. */
  file: string;
  content: PolicyDocument;
}

/** The prefix of their logical names in the stack, which tells them from the stack's other control policies. */
export const ownPolicyPrefix = "own-";

const baseName = (file: string): string => file.replace(/^.*\//, "").replace(/\.json$/, "");

/** The name of such a policy in AWS Organizations: `policies/region.json` makes `mfa-admin-own-region`. */
export const ownPolicyName = (file: string): string => `mfa-admin-${ownPolicyPrefix}${baseName(file)}`;

interface Owning {
  serviceControlPolicies: string[];
  ownPolicies?: OwnPolicy[] | undefined;
  organizationalUnits: string[];
}

/**
 * The policies in the order of the settings, in which they are attached.
 *
 * @throws Error where the files were not read: a run would take the policies off
 */
export function ownPolicies({
  serviceControlPolicies,
  ownPolicies: read,
  organizationalUnits,
}: Owning): ControlPolicy[] {
  return serviceControlPolicies.map((file) => {
    const content = read?.find((one) => one.file === file)?.content;
    if (content === undefined) throw new Error(`The service control policy ${file} was not read.`);
    return {
      key: `${ownPolicyPrefix}${baseName(file)}`,
      name: ownPolicyName(file),
      description: `The organization's own, from ${file}.`,
      type: "SERVICE_CONTROL_POLICY",
      content,
      targetIds: organizationalUnits,
    };
  });
}

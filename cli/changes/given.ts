import type { Settings } from "../../infra/settings.ts";

/** The policies that the stack gives to its roles, as the settings name them. */
export interface Given {
  /** ARNs of managed policies. */
  permissions: string[];
  /** ARNs of permissions boundaries. */
  boundaries: string[];
}

/** The policies that the stack gave when it was last applied, from its outputs, which no refresh changes. */
export function givenIn(outputs: Record<string, unknown> | undefined): Given {
  const { permissions, permissionsBoundary } = outputs ?? {};
  return {
    permissions: Array.isArray(permissions) ? permissions.map(String) : [],
    boundaries: typeof permissionsBoundary === "string" ? [permissionsBoundary] : [],
  };
}

/** The same from the resources of the state. */
export function givenBy(resources: { type: string; outputs?: Record<string, unknown> }[]): Given {
  return givenIn(resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs);
}

/** Adds the policies that the settings give now. */
export function givenBesides(
  { permissions, boundaries }: Given,
  settings: Pick<Settings, "permissions" | "permissionsBoundary">,
): Given {
  const now = givenIn(settings);
  return {
    permissions: [...permissions, ...now.permissions],
    boundaries: [...boundaries, ...now.boundaries],
  };
}

/** Whether a policy is among `arns`; these may have `*` for the account, where `arn` has the account's id. */
export function isGiven(arns: string[], arn: string): boolean {
  return arns.includes(arn) || arns.includes(arn.replace(/::\d{12}:/, "::*:"));
}

import type { Settings } from "../../infra/settings.ts";

/** What the stack gives to its roles, as the settings have it. */
export interface Given {
  /** ARNs of managed policies. */
  permissions: string[];
  /** ARNs of permissions boundaries. */
  boundaries: string[];
}

/** What the stack had given when it was last applied: its outputs say so, which no refresh changes. */
export function givenIn(outputs: Record<string, unknown> | undefined): Given {
  const { permissions, permissionsBoundary } = outputs ?? {};
  return {
    permissions: Array.isArray(permissions) ? permissions.map(String) : [],
    boundaries: typeof permissionsBoundary === "string" ? [permissionsBoundary] : [],
  };
}

/** The same by its resources. */
export function givenBy(resources: { type: string; outputs?: Record<string, unknown> }[]): Given {
  return givenIn(resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs);
}

/** With what the settings give now. */
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

/** Whether a policy, by the ARN that it has in its account, is one of these. */
export function isGiven(arns: string[], arn: string): boolean {
  return arns.includes(arn) || arns.includes(arn.replace(/::\d{12}:/, "::*:"));
}

import { OrganizationsClient, paginateListPoliciesForTarget } from "@aws-sdk/client-organizations";

import { region } from "../../infra/region.ts";

/** The names of the service control policies that are attached to an organizational unit itself, in AWS's order. */
export async function serviceControlPoliciesOn(targetId: string): Promise<string[]> {
  const client = new OrganizationsClient({ region, maxAttempts: 8 });
  const request = { TargetId: targetId, Filter: "SERVICE_CONTROL_POLICY" as const };
  const names: string[] = [];
  for await (const { Policies } of paginateListPoliciesForTarget({ client }, request)) {
    names.push(...(Policies ?? []).map(({ Name = "" }) => Name));
  }
  return names;
}

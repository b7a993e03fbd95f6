import { paginateListPoliciesForTarget } from "@aws-sdk/client-organizations";

import { organizationsClient } from "../../infra/organizations-client.ts";

/** The names of the service control policies that are attached to an organizational unit itself, in AWS's order. */
export async function serviceControlPoliciesOn(targetId: string): Promise<string[]> {
  const client = organizationsClient();
  const request = { TargetId: targetId, Filter: "SERVICE_CONTROL_POLICY" as const };
  const names: string[] = [];
  for await (const { Policies } of paginateListPoliciesForTarget({ client }, request)) {
    names.push(...(Policies ?? []).map(({ Name = "" }) => Name));
  }
  return names;
}

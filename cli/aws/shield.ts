import {
  DescribePolicyCommand,
  OrganizationsClient,
  paginateListPoliciesForTarget,
  paginateListTargetsForPolicy,
} from "@aws-sdk/client-organizations";

import { region } from "../../infra/region.ts";
import { serviceControlPolicyId } from "./organization.ts";

/** The service control policy as AWS has it. */
export interface Shield {
  content: unknown;
  /** Ids of the root, the units and the accounts that it is attached to. */
  targets: string[];
}

/** AWS's own policy that allows everything, which each unit and account has unless it was taken off. */
const fullAccessPolicy = "p-FullAWSAccess";

/** What Organizations has of a service control policy; nothing when there is none of this name. */
export async function shieldInAws(name: string): Promise<Shield | undefined> {
  const id = await serviceControlPolicyId(name);
  if (id === undefined) return undefined;
  const [{ Policy }, targets] = await Promise.all([
    client().send(new DescribePolicyCommand({ PolicyId: id })),
    targetsOf(id),
  ]);
  return { content: JSON.parse(Policy?.Content ?? "null"), targets };
}

/**
 * Those of some units and accounts in which no policy but the given one is attached, so that nothing at all is allowed there. An
 * organization that allows by a list of its own, in place of FullAWSAccess, has a policy of its own there.
 */
export async function withoutAnyAllow(targets: string[], shieldName: string): Promise<string[]> {
  const withFullAccess = new Set(await targetsOf(fullAccessPolicy));
  const without: string[] = [];
  for (const target of targets.filter((id) => !withFullAccess.has(id))) {
    const names: string[] = [];
    for await (const { Policies } of paginateListPoliciesForTarget(
      { client: client() },
      { TargetId: target, Filter: "SERVICE_CONTROL_POLICY" },
    )) {
      names.push(...(Policies ?? []).map(({ Name = "" }) => Name));
    }
    if (names.every((name) => name === shieldName)) without.push(target);
  }
  return without;
}

async function targetsOf(PolicyId: string): Promise<string[]> {
  const targets: string[] = [];
  for await (const page of paginateListTargetsForPolicy({ client: client() }, { PolicyId })) {
    targets.push(...(page.Targets ?? []).flatMap(({ TargetId }) => TargetId ?? []));
  }
  return targets;
}

/** Organizations throttles early. */
const client = (): OrganizationsClient => new OrganizationsClient({ region, maxAttempts: 8 });

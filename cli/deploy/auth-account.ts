import { serviceControlPolicyName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { unitAbove } from "../aws/organization.ts";
import { shieldTargets } from "../aws/shield.ts";
import type { Danger } from "../preview/schema.ts";

/**
 * Below the policy, nobody can enrol or log in: the developers' first calls carry no MFA. It may be attached to a unit above, to
 * the root or to the account itself, by the settings or by hand.
 */
export async function authAccountUnderPolicy({ authAccount, organizationalUnits }: Settings): Promise<Danger[]> {
  const targets = await shieldTargets(serviceControlPolicyName);
  const organizationalUnit = targets.includes(authAccount)
    ? authAccount
    : await unitAbove(authAccount, [...organizationalUnits, ...targets]);
  if (organizationalUnit === undefined) return [];
  return [{ kind: "auth-account-under-policy", refused: true, accountId: authAccount, organizationalUnit }];
}

import type { Settings } from "../../infra/settings.ts";
import { unitAbove } from "../aws/organization-view.ts";
import type { Danger } from "../results/warning.ts";

/**
 * The danger of an auth account that the service control policy applies to: nobody could enrol or log in, since the developers'
 * first calls carry no MFA. The policy may be attached to a unit above, to the root or to the account itself, by the settings or by
 * hand.
 *
 * @param targets the policy's targets in AWS
 * @param above ids of the units and the root above the account, where they were read already
 */
export async function authAccountUnderPolicy(
  { authAccount, organizationalUnits }: Settings,
  targets: string[],
  above?: string[],
): Promise<Danger[]> {
  const watched = [...organizationalUnits, ...targets];
  const organizationalUnit = targets.includes(authAccount)
    ? authAccount
    : above === undefined
      ? await unitAbove(authAccount, watched)
      : above.find((id) => watched.includes(id));
  if (organizationalUnit === undefined) return [];
  return [{ kind: "auth-account-under-policy", refused: true, accountId: authAccount, organizationalUnit }];
}

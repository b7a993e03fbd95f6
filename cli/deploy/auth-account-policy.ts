import type { Settings } from "../../infra/settings.ts";
import { unitAbove } from "../aws/organization-view.ts";
import type { Danger } from "../results/warning.ts";

/**
 * Below the policy, nobody can enrol or log in: the developers' first calls carry no MFA. It may be attached to a unit above, to
 * the root or to the account itself, by the settings or by hand.
 *
 * @param targets what AWS has it attached to
 * @param above ids of what the account is below, where that was read already
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

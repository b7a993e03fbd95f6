import type { Settings } from "../../infra/settings.ts";
import { unitAbove } from "../aws/organization.ts";
import type { Danger } from "../preview/schema.ts";

/** Below the policy, nobody can enrol or log in: the developers' first calls carry no MFA. */
export async function authAccountUnderPolicy({ authAccount, organizationalUnits }: Settings): Promise<Danger[]> {
  const organizationalUnit = await unitAbove(authAccount, organizationalUnits);
  if (organizationalUnit === undefined) return [];
  return [{ kind: "auth-account-under-policy", refused: true, accountId: authAccount, organizationalUnit }];
}

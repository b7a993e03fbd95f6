import { type ControlPolicy, type Guarded, guardRailPolicies } from "./guard-rails.ts";
import { ownPolicies, type OwnPolicy } from "./own-policies.ts";

/**
 * The control policies that come before the one that asks for MFA: those of the guard rails, then the organization's own. They are attached
 * in this order.
 *
 * @param organizationId id of the organization, "o-…", for the guard rail `outsiders`
 */
export function furtherPolicies(
  settings: Guarded & {
    organizationalUnits: string[];
    authAccount: string;
    serviceControlPolicies: string[];
    ownPolicies?: OwnPolicy[] | undefined;
  },
  organizationId: string,
): ControlPolicy[] {
  return [...guardRailPolicies(settings, organizationId), ...ownPolicies(settings)];
}

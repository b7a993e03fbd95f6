import { type GuardRail, guardRailNames } from "../../infra/guard-rails.ts";
import type { Settings } from "../../infra/settings.ts";
import { type Look, lookAtIdentities } from "../aws/look.ts";
import { policyTypesOn } from "../aws/control-policies.ts";
import { knownManagementAccount } from "../aws/preconditions.ts";
import { guardRailsStop } from "../deploy/guard-rails.ts";
import { namesText } from "../accounts-text.ts";
import { chooseSome } from "../terminal/ask.ts";

/** What each guard rail refuses, in a few words. `federation` hinders those who make identity providers for CI systems. */
const refuses: Record<GuardRail, string> = {
  roles: "changes of the developers' roles and the access role",
  identities: "new IAM users, keys and passwords",
  federation: "new identity providers",
  organization: "leaving the organization",
  root: "the root users",
  auth: "users of the auth account without MFA",
  outsiders: "roles to principals of other organizations",
};

const recommended: GuardRail[] = ["roles", "identities", "organization", "root", "auth", "outsiders"];

/** Asks for the guard rails, and shows for each which of AWS's present principals it stops. */
export async function askGuardRails(
  settings: Pick<Settings, "authAccount" | "developmentAccounts" | "accessRole">,
): Promise<GuardRail[]> {
  const [stopped, { types }] = await Promise.all([stoppedToday(settings), policyTypesOn()]);
  const withoutType = types.includes("RESOURCE_CONTROL_POLICY") ? [] : ["outsiders"];
  const chosen = await chooseSome(
    "Which guard rails? Each refuses, to developers' sessions and to thieves of them:",
    guardRailNames.map((name) => {
      const found = stopped.get(name) ?? [];
      const today = found.length === 0 ? "" : `; concerns ${namesText(found)}`;
      return {
        name: `${name.padEnd(12)}  ${refuses[name]}${today}`,
        short: name,
        value: name,
        checked: recommended.includes(name) && !withoutType.includes(name),
        disabled: withoutType.includes(name) && "(resource control policies are not switched on)",
      };
    }),
    { required: false },
  );
  return guardRailNames.filter((name) => chosen.includes(name));
}

/** Accounts that cannot be read are left out here: the first `preview` reports them, and refuses. */
async function stoppedToday(
  settings: Pick<Settings, "authAccount" | "developmentAccounts" | "accessRole">,
): Promise<Map<string, string[]>> {
  const identities: Look["identities"] = await lookAtIdentities(settings, (_, call) => call.catch(() => undefined));
  const all = { guardRails: [...guardRailNames], trustedAccounts: [], developers: {} };
  const managementAccount = knownManagementAccount() ?? "";
  const warnings = await guardRailsStop({ held: [] }, all, { identities, managementAccount });
  return new Map(
    warnings.flatMap((warning) =>
      warning.kind === "guard-rail-stops" ? [[warning.guardRail, warning.stopped] as const] : [],
    ),
  );
}

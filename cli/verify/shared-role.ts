/** Compares the shared role, and the users' tags that let them in by it, with what the stack makes of the settings. */

import { accountsOf, entersEveryAccount, sharedRoleName } from "../../infra/names.ts";
import { isSameDocument, onlyDenies } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import { sharedAccessIn, type SharedAccess } from "../../infra/shared-access.ts";
import { accountOfTemplate, sharedRoleTrust } from "../../infra/shared-role.ts";
import type { Identity } from "../aws/identities.ts";
import { principalsOf } from "../deploy/trust.ts";
import type { Compared, Finding } from "../results/verify.ts";
import type { AccountInAws } from "./account.ts";
import { nameOf } from "./finding.ts";

/** Whether a role is the shared role, in an account that should have it. */
export function isSharedRole({ type, name }: Identity, account: string, settings: Settings): boolean {
  return settings.roles === "shared" && type === "role" && account !== "auth" && name === sharedRoleName(settings);
}

/** The remedy: CloudFormation does not correct drift while its template is unchanged (CloudFormation User Guide, "Resolve drift"). */
export const repairByHand = {
  remedy: "Put it back in that account by hand: CloudFormation changes what its template changes.",
};

/** The finding for a changed trust policy; undefined also for one that only denies, since it lets nobody in. */
export function sharedTrustFinding(
  { name, document }: Identity,
  { name: account, id }: Pick<AccountInAws, "name" | "id">,
  settings: Settings,
): Finding | undefined {
  const text = JSON.stringify(sharedRoleTrust(settings)).replaceAll(accountOfTemplate, id);
  if (isSameDocument(document, JSON.parse(text)) || onlyDenies(document)) return undefined;
  return {
    ...{ name: nameOf("developer-role", account, name), kind: "developer-role", account },
    fact: `The trust policy of role ${name} in ${account} is not as the stack makes it; it lets in ${principalsOf(document).join(", ")}.`,
    meaning:
      "The role is for users of the auth account whose tags name this account, with MFA and under their own name.",
    ...repairByHand,
    command: `aws iam update-assume-role-policy --role-name ${name} --policy-document FILE`,
  };
}

/**
 * Compares the accounts that each user of the auth account enters by their tags with the settings, also for users who are not on the
 * roster.
 */
export function entriesComparison(
  { identities }: Pick<AccountInAws, "identities">,
  settings: Settings,
): { compared: Compared[]; findings: Finding[] } {
  if (settings.roles !== "shared") return { compared: [], findings: [] };
  const users = identities.filter(({ type }) => type === "user");
  const each = users.map(({ name, tags }) => ({ name, more: beyond(sharedAccessIn(tags).accounts, name, settings) }));
  return {
    compared: each.map(({ name, more }) => ({
      account: "auth",
      what: `accounts that the tags of user ${name} name`,
      holds: more === undefined,
    })),
    findings: each.flatMap(({ name, more }): Finding[] =>
      more === undefined
        ? []
        : [
            {
              ...{ name: nameOf("entry", "auth", name), kind: "entry", account: "auth" },
              fact: `The tags of the user ${name} in auth let it enter ${more} by the shared role, which the settings do not give.`,
              meaning:
                "With MFA the user enters there; who may tag users of the auth account decides who enters where.",
              remedy: "Take the tags off. Of a developer, a refresh sees them, and the up after it puts them right.",
              command: `aws iam untag-user --user-name ${name} --tag-keys KEY`,
            },
          ],
    ),
  };
}

/** The accounts that a user enters although the settings do not give them, as a text; undefined where there are none. */
function beyond(entered: SharedAccess["accounts"], user: string, settings: Settings): string | undefined {
  if (entered === undefined || entersEveryAccount(settings, user)) return undefined;
  if (entered === "every") return "every account";
  const isOnRoster = Object.hasOwn(settings.developers, user);
  const given = isOnRoster ? accountsOf(settings, user).map((name) => settings.developmentAccounts[name]) : [];
  const more = entered.filter((id) => !given.includes(id));
  return more.length === 0 ? undefined : more.sort().join(", ");
}

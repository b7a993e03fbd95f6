import { accountsByName, unnamedAccounts } from "../../infra/accounts-of-units.ts";
import { accountsOf } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { closest } from "../closest.ts";
import { Failure } from "../failure.ts";
import { unitAbove } from "./organization-view.ts";
import { knownOrganization } from "./preconditions.ts";
import { isStackSetsAccessOn } from "./stack-sets.ts";

/** Checks what shared roles need of the organization and the settings; nothing where each developer has a role of their own. */
export async function requireSharedRolePossible(settings: Settings): Promise<void> {
  if (settings.roles !== "shared") return;
  requireManagementAccount();
  await Promise.all([
    requireStackSets(),
    requireUnitsApart(settings),
    requireAuthApart(settings),
    requireNames(settings),
  ]);
}

/** Refuses a delegated account: the StackSet is the management account's, and delegating policies does not delegate StackSets. */
function requireManagementAccount(): void {
  const { administeredFrom, managementAccount = "" } = knownOrganization() ?? {};
  if (administeredFrom === undefined) return;
  throw new Failure(
    `These credentials belong to account ${administeredFrom}, to which the organization's policies are delegated: with roles: shared the role is made from the management account, ${managementAccount}, by CloudFormation StackSets.`,
    "Nothing was changed. Run it with credentials of the management account.",
    { setting: ["roles"] },
  );
}

async function requireStackSets(): Promise<void> {
  if (await isStackSetsAccessOn()) return;
  throw new Failure(
    "CloudFormation StackSets, which make the shared role, may not work in the organization's accounts: their trusted access is off.",
    "Run: aws cloudformation activate-organizations-access --region us-east-1",
    { setting: ["roles"] },
  );
}

/**
 * Refuses a unit below another one: a StackSet deploys to a unit and to all below it (CloudFormation User Guide, "Create StackSets
 * with service-managed permissions").
 */
async function requireUnitsApart({ organizationalUnits }: Settings): Promise<void> {
  for (const [index, unit] of organizationalUnits.entries()) {
    const others = organizationalUnits.filter((other) => other !== unit);
    if (others.length === 0) return;
    const above = await unitAbove(unit, others);
    if (above === undefined) continue;
    throw new Failure(
      `The organizational unit ${unit} is below ${above}, which is among organizationalUnits, too: with shared roles, no unit may be below another.`,
      `Take ${unit} out: the service control policy and the role come to it by ${above}.`,
      { setting: ["organizationalUnits", String(index)] },
    );
  }
}

async function requireAuthApart({ authAccount, organizationalUnits }: Settings): Promise<void> {
  const above = await unitAbove(authAccount, organizationalUnits);
  if (above === undefined) return;
  throw new Failure(
    `The auth account ${authAccount} is below ${above}: the shared role would be made there, too.`,
    "Move the auth account to another unit in AWS Organizations, or name other units.",
    { setting: ["authAccount"] },
  );
}

/** @throws Failure for an account on the roster by a name that no account of the units has */
export async function requireNames(settings: Settings): Promise<void> {
  const wanted = unnamedAccounts(settings);
  if (wanted.length === 0) return;
  const known = (await accountsByName(settings)).map(({ name }) => name);
  const missing = wanted.find((name) => !known.includes(name));
  if (missing === undefined) return;
  const [developer = "", { accounts = [] } = {}] =
    Object.entries(settings.developers).find(([name]) => accountsOf(settings, name).includes(missing)) ?? [];
  const place = Array.isArray(accounts) ? String(accounts.indexOf(missing)) : missing;
  const meant = closest(missing, known);
  throw new Failure(
    `${developer} is let into "${missing}", and no account of the organizational units has this name.`,
    `${meant === undefined ? "" : `Did you mean ${meant}? `}mfa-admin list --accounts shows the names.`,
    { setting: ["developers", developer, "accounts", place] },
  );
}

import { DescribeOrganizationalUnitCommand } from "@aws-sdk/client-organizations";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  type GetCallerIdentityCommandOutput,
  STSClient,
} from "@aws-sdk/client-sts";
import pMap from "p-map";

import { accountIdsIn } from "../../infra/names.ts";
import { requestHandler } from "../../infra/network.ts";
import { organizationsClient } from "../../infra/organizations-client.ts";
import { accessRoleArn, readingRole } from "../../infra/accounts.ts";
import { type OrganizationFacts, organizationFacts } from "../../infra/organization-facts.ts";
import type { GuardRail } from "../../infra/guard-rails.ts";
import { region } from "../../infra/region.ts";
import { accessSession, noteCaller } from "../../infra/session-name.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import { notingTime, wrongClock } from "./clock.ts";
import { isPolicyAdministrator, policyTypesOn } from "./control-policies.ts";
import { isAccessDenied } from "./error-words.ts";
import { isOfOrganization } from "./organization-view.ts";
import { openSession, opensSilently } from "./session.ts";

/**
 * Refuses what no run could come to its end with: credentials of an account that may not see to the organization's policies, SCPs
 * that are switched off, organizational units that do not exist, and an account without the access role.
 *
 * @param options.authAlone leaves the access roles of the development accounts out
 * @throws Failure for the first of these
 */
export async function requirePreconditions(
  settings: Pick<Settings, "organizationalUnits" | "authAccount" | "developmentAccounts" | "accessRole"> &
    Partial<Pick<Settings, "guardRails">>,
  { authAlone = false }: { authAlone?: boolean } = {},
): Promise<void> {
  const caller = await managingCaller(settings);
  const { managementAccount, clockOffset, isClockRefused } = caller;
  if (isClockRefused) requireClock(clockOffset);
  requireAllFeatures(caller);
  const accounts = accountIdsIn(settings);
  requireOtherThanManagement(accounts, managementAccount);
  await Promise.all([
    requirePolicyTypes(settings.guardRails),
    requireOrganizationalUnits(settings.organizationalUnits),
    pMap(
      Object.entries(authAlone ? { auth: settings.authAccount } : accounts),
      ([name, accountId]) => requireAccess(name, accountId, settings.accessRole),
      { concurrency: 8 },
    ),
  ]);
}

/**
 * The id of the management account.
 *
 * @throws Failure when the credentials at hand are neither the management account's nor those of one that it has delegated the
 * organization's policies to
 */
export async function managementAccountAtHand(settings?: Accounts): Promise<string> {
  return (await managingCaller(settings)).managementAccount;
}

let known: OrganizationFacts | undefined;

/** The organization that these credentials were found to manage, so that the program need not ask again. */
export function knownOrganization(): OrganizationFacts | undefined {
  return known;
}

/** The id of its management account. */
export function knownManagementAccount(): string | undefined {
  return known?.managementAccount;
}

/** Ids of the accounts by which the access roles are assumed: the management account, and the one at hand where that is another. */
export function knownManagers(): string[] {
  const { managementAccount, administeredFrom } = known ?? {};
  return [managementAccount, administeredFrom].filter((id) => id !== undefined);
}

/** Who makes the calls, as AWS knows them. */
export interface ManagingCaller extends OrganizationFacts {
  account: string;
  arn: string;
  /** How far AWS's clock is ahead of this machine's, in milliseconds, to the second. */
  clockOffset: number;
  /** Whether AWS has refused a signature by it, so that the SDK had to try again. */
  isClockRefused: boolean;
}

/** The two questions that come before all others, and how far AWS's clock is ahead at the first one's answer. */
interface Asking {
  caller: Promise<GetCallerIdentityCommandOutput>;
  clockOffset: Promise<number>;
  organization: Promise<OrganizationFacts>;
}

let askedBeforehand: Promise<Asking | undefined> | undefined;

/**
 * Asks beforehand what {@link managingCaller} needs: a command's settings can be read meanwhile. Where a code or anything else would be
 * asked for on the terminal, nothing is asked before the settings are found to be right.
 *
 * @returns what gives it up, where nobody will want to know any more
 */
export function askBeforehand(): AbortController {
  const controller = new AbortController();
  const isSilent = opensSilently().catch(() => false);
  askedBeforehand = isSilent.then((silent) => (silent ? ask({ abortSignal: controller.signal }) : undefined));
  // Who takes the answers is told what is wrong with them.
  askedBeforehand.catch(() => undefined);
  return controller;
}

async function ask(options: { abortSignal?: AbortSignal } = {}): Promise<Asking> {
  await openSession();
  const sts = new STSClient({ region, requestHandler: requestHandler() });
  const timeOfAws = notingTime(sts);
  const caller = sts.send(new GetCallerIdentityCommand({}), options);
  noteCaller(caller);
  const clockOffset = caller.then(() => (timeOfAws() ?? Date.now()) - Date.now());
  const organization = organizationFacts(options);
  // Who asks is told first, where neither is answered.
  for (const answer of [clockOffset, organization]) answer.catch(() => undefined);
  return { caller, clockOffset, organization };
}

/**
 * Who the credentials at hand are, and of which organization.
 *
 * @throws Failure when they may not see to its policies
 */
export async function managingCaller(settings?: Accounts): Promise<ManagingCaller> {
  const asked = (await askedBeforehand) ?? (await ask());
  askedBeforehand = undefined;
  const { caller, clockOffset } = asked;
  const { Account: account = "", Arn: arn = "", $metadata } = await caller;
  const isClockRefused = ($metadata.attempts ?? 1) > 1;
  const whose = whoseCredentials(account, settings);
  const organization = await explained(asked.organization, whose);
  const { managementAccount: management } = organization;
  const isDelegate = management !== account;
  if (isDelegate && !(await isPolicyAdministrator())) {
    throw new Failure(
      `${whose}, but the organization is managed from account ${management}.`,
      `Use credentials of ${management} (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).`,
    );
  }
  known = { ...organization, ...(isDelegate && { administeredFrom: account }) };
  return { ...known, account, arn, clockOffset: await clockOffset, isClockRefused };
}

/**
 * The SDK minds a clock that is wrong, the engine's plugin does not. AWS takes a signature for five minutes (IAM User Guide,
 * "Elements of an AWS API request signature"); its answers tell its time to the second.
 */
export function requireClock(offset: number): void {
  if (Math.abs(offset) > 298_000) throw wrongClock(offset);
}

/** The accounts of the settings, by which an account is told with its name. */
export type Accounts = Partial<Pick<Settings, "authAccount" | "developmentAccounts">>;

function whoseCredentials(account: string, { authAccount, developmentAccounts = {} }: Accounts = {}): string {
  const [name] = Object.entries({ ...developmentAccounts, auth: authAccount }).find(([, id]) => id === account) ?? [];
  return `These credentials belong to account ${account}${name === undefined ? "" : ` (${name})`}`;
}

/**
 * What AWS Organizations answers of the organization. A service control policy, such as this stack's own, may deny the call
 * in a member account.
 */
async function explained(organization: Promise<OrganizationFacts>, whose: string): Promise<OrganizationFacts> {
  try {
    return await organization;
  } catch (error) {
    if (error instanceof Error && error.name === "AWSOrganizationsNotInUseException") {
      throw new Failure(
        "The account of these credentials is not part of an AWS Organization.",
        "Use credentials of the organization's management account.",
        { cause: error },
      );
    }
    if (isAccessDenied(error)) {
      throw new Failure(
        `${whose}, and AWS does not let them look at the organization: ${error.message}`,
        "Use credentials of the organization's management account (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).",
        { cause: error },
      );
    }
    throw error;
  }
}

/** An organization for consolidated billing alone has no policies (Organizations User Guide, "Enabling all features for an organization"). */
export function requireAllFeatures({ features, managementAccount }: OrganizationFacts): void {
  if (features !== "CONSOLIDATED_BILLING") return;
  throw new Failure(
    "The organization is for consolidated billing alone, and has no service control policies.",
    `Enable all features, in ${managementAccount}. Run: aws organizations enable-all-features`,
  );
}

/** Both types have to be switched on before a policy of them can be attached (Organizations User Guide, "Enabling a policy type"). */
async function requirePolicyTypes(guardRails: GuardRail[] = []): Promise<void> {
  requireTypesOn(guardRails, await policyTypesOn());
}

/** @param found the types that are on, as {@link policyTypesOn} has them */
export function requireTypesOn(guardRails: GuardRail[], { rootId, types }: { rootId: string; types: string[] }): void {
  const wanted = {
    SERVICE_CONTROL_POLICY: "Service control policies are",
    ...(guardRails.includes("outsiders") && {
      RESOURCE_CONTROL_POLICY: "Resource control policies, by which the guard rail outsiders works, are",
    }),
  };
  for (const [type, subject] of Object.entries(wanted)) {
    if (types.includes(type)) continue;
    throw new Failure(
      `${subject} not switched on in this organization.`,
      `Run: aws organizations enable-policy-type --policy-type ${type} --root-id ${rootId}`,
      type === "RESOURCE_CONTROL_POLICY" ? { setting: ["guardRails"] } : {},
    );
  }
}

export async function requireOrganizationalUnits(ids: string[]): Promise<void> {
  const client = organizationsClient();
  await pMap(
    ids,
    async (id, index) => {
      try {
        await client.send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: id }));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "OrganizationalUnitNotFoundException") throw error;
        throw new Failure(
          `The organization has no organizational unit ${id}.`,
          "Look the id up in the AWS Organizations console, and correct organizationalUnits.",
          { cause: error, setting: ["organizationalUnits", String(index)] },
        );
      }
    },
    { concurrency: 2 },
  );
}

/** Refuses the management account among the accounts: no service control policy applies to it. */
export function requireOtherThanManagement(accounts: Record<string, string>, management: string): void {
  for (const [name, id] of Object.entries(accounts)) {
    if (id !== management) continue;
    throw new Failure(
      `${name} (${id}) is the management account of the organization, to which no service control policy applies.`,
      `Name another account for ${name}.`,
      { setting: settingOf(name) },
    );
  }
}

function settingOf(account: string): string[] {
  return account === "auth" ? ["authAccount"] : ["developmentAccounts", account];
}

/** @throws Failure in AWS's own words when the access role cannot be assumed in an account */
export async function requireAccessRole(name: string, accountId: string, accessRole: string): Promise<void> {
  try {
    await new STSClient({ region, requestHandler: requestHandler() }).send(
      new AssumeRoleCommand({
        RoleArn: accessRoleArn(accountId, accessRole),
        RoleSessionName: await accessSession(),
        DurationSeconds: 900,
      }),
    );
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    const reading = readingRole();
    throw new Failure(
      `The role ${reading ?? accessRole} cannot be assumed in account ${name} (${accountId}): ${error.message}`,
      reading === undefined
        ? "Make the role there with a trust policy for the management account, or name the right one in accessRole."
        : "MFA_ADMIN_ACCESS_ROLE names it. Make it there with the policies that mfa-admin init --ci github writes.",
      { cause: error, setting: settingOf(name) },
    );
  }
}

/**
 * The same of an account that somebody has typed: STS refuses a role in an account that there is none of in the same words as one
 * that is not there.
 *
 * @throws Failure
 */
export async function requireAccess(name: string, accountId: string, accessRole: string): Promise<void> {
  try {
    await requireAccessRole(name, accountId, accessRole);
  } catch (error) {
    // Who may not ask is told what STS has said.
    if (!(error instanceof Failure) || (await isOfOrganization(accountId).catch(() => true))) throw error;
    throw new Failure(
      `The organization has no account ${accountId} (${name}).`,
      `Correct ${settingOf(name).join(".")}; aws organizations list-accounts shows those that it has.`,
      { cause: error.cause, setting: settingOf(name) },
    );
  }
}

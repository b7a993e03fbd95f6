import { DescribeOrganizationalUnitCommand } from "@aws-sdk/client-organizations";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  type GetCallerIdentityCommandOutput,
  STSClient,
} from "@aws-sdk/client-sts";
import pMap from "p-map";

import { callerCredentials } from "../../infra/caller.ts";
import { accountIdsIn } from "../../infra/names.ts";
import { knowingClockErrors } from "../../infra/clock-errors.ts";
import { requestHandler } from "../../infra/network.ts";
import { organizationsClient } from "../../infra/organizations-client.ts";
import { accessRoleArn, readingRole } from "../../infra/accounts.ts";
import { notingTime } from "../../infra/aws-time.ts";
import { type OrganizationFacts, organizationFacts } from "../../infra/organization-facts.ts";
import type { GuardRail } from "../../infra/guard-rails.ts";
import { region } from "../../infra/region.ts";
import { accessSession, noteCaller } from "../../infra/session-name.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import { wrongClock } from "./clock.ts";
import { isPolicyAdministrator, policyTypesOn } from "./control-policies.ts";
import { isAccessDenied } from "./error-words.ts";
import { isOfOrganization } from "./organization-view.ts";
import { wasSentAgain } from "./sent-again.ts";
import { openSession, opensSilently } from "./session.ts";

/**
 * Refuses what would make every run fail: credentials of an account that may not manage the organization's policies, SCPs that are
 * not enabled, organizational units that do not exist, and an account without the access role.
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

/** The organization that these credentials manage, once {@link managingCaller} has found it: the program need not ask again. */
export function knownOrganization(): OrganizationFacts | undefined {
  return known;
}

/** The id of the management account, once it is known. */
export function knownManagementAccount(): string | undefined {
  return known?.managementAccount;
}

/** Ids of the accounts that assume the access roles: the management account, and the caller's where that is another. */
export function knownManagers(): string[] {
  const { managementAccount, administeredFrom } = known ?? {};
  return [managementAccount, administeredFrom].filter((id) => id !== undefined);
}

/** The caller's identity, as AWS tells it, and the organization that it manages. */
export interface ManagingCaller extends OrganizationFacts {
  account: string;
  arn: string;
  /** How far AWS's clock is ahead of this machine's, in milliseconds, to the second. */
  clockOffset: number;
  /** Whether the first call was retried, as the SDK does where AWS refuses a signature for its time. */
  isClockRefused: boolean;
}

/** The first two calls of every run, and how far AWS's clock was ahead when it answered the first, in milliseconds. */
interface Asking {
  caller: Promise<GetCallerIdentityCommandOutput>;
  clockOffset: Promise<number>;
  organization: Promise<OrganizationFacts>;
}

let askedBeforehand: Promise<Asking | undefined> | undefined;

/**
 * Starts the calls that {@link managingCaller} needs, while the command's settings are read. Where the credentials would have the
 * user asked for a code or anything else, no call is made before the settings are found to be right.
 *
 * @returns a controller that aborts the calls where their answers are no longer needed
 */
export function askBeforehand(): AbortController {
  const controller = new AbortController();
  const isSilent = opensSilently().catch(() => false);
  askedBeforehand = isSilent.then((silent) => (silent ? ask({ abortSignal: controller.signal }) : undefined));
  // An error is reported when `managingCaller` awaits the answers; here it must not be an unhandled rejection.
  askedBeforehand.catch(() => undefined);
  return controller;
}

const stsClient = (): STSClient =>
  knowingClockErrors(new STSClient({ region, credentials: callerCredentials(), requestHandler: requestHandler() }));

async function ask(options: { abortSignal?: AbortSignal } = {}): Promise<Asking> {
  await openSession();
  const sts = stsClient();
  const timeOfAws = notingTime(sts);
  const caller = sts.send(new GetCallerIdentityCommand({}), options);
  noteCaller(caller);
  const clockOffset = caller.then(() => (timeOfAws() ?? Date.now()) - Date.now());
  const organization = organizationFacts(options);
  // Where both calls fail, the first one's error is reported; the others must not be unhandled rejections.
  for (const answer of [clockOffset, organization]) answer.catch(() => undefined);
  return { caller, clockOffset, organization };
}

/**
 * The identity of the credentials at hand, and their organization.
 *
 * @throws Failure when they may not manage its policies
 */
export async function managingCaller(settings?: Accounts): Promise<ManagingCaller> {
  const asked = (await askedBeforehand) ?? (await ask());
  askedBeforehand = undefined;
  const { caller, clockOffset } = asked;
  const identity = await caller;
  const { Account: account = "", Arn: arn = "" } = identity;
  const isClockRefused = wasSentAgain(identity);
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
 * @param offset in milliseconds
 * @throws Failure where this machine's clock is wrong by about five minutes or more, after which AWS refuses a signature (IAM User
 * Guide, "Elements of an AWS API request signature"). AWS's answers have whole seconds. The SDK corrects for a wrong clock, the
 * engine's plugin does not.
 */
export function requireClock(offset: number): void {
  if (Math.abs(offset) > 298_000) throw wrongClock(offset);
}

/** The accounts of the settings, for the names of accounts in messages. */
export type Accounts = Partial<Pick<Settings, "authAccount" | "developmentAccounts">>;

function whoseCredentials(account: string, { authAccount, developmentAccounts = {} }: Accounts = {}): string {
  const [name] = Object.entries({ ...developmentAccounts, auth: authAccount }).find(([, id]) => id === account) ?? [];
  return `These credentials belong to account ${account}${name === undefined ? "" : ` (${name})`}`;
}

/**
 * The facts of the organization, or a Failure that explains the error. A service control policy, such as this stack's own, may
 * deny the call in a member account.
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

/**
 * @throws Failure for an organization for consolidated billing alone, which has no policies (Organizations User Guide, "Enabling
 * all features for an organization")
 */
export function requireAllFeatures({ features, managementAccount }: OrganizationFacts): void {
  if (features !== "CONSOLIDATED_BILLING") return;
  throw new Failure(
    "The organization is for consolidated billing alone, and has no service control policies.",
    `Enable all features, in ${managementAccount}. Run: aws organizations enable-all-features`,
  );
}

/** Checks that the policy types are enabled, which attaching needs (Organizations User Guide, "Enabling a policy type"). */
async function requirePolicyTypes(guardRails: GuardRail[] = []): Promise<void> {
  requireTypesOn(guardRails, await policyTypesOn());
}

/** @param found the root and its enabled types, from {@link policyTypesOn} @throws Failure for a type that is not enabled */
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
    await stsClient().send(
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
 * The same for an account from the settings, whose id may be mistyped: STS refuses a role in an account that does not exist in the
 * same words as a role that does not exist.
 *
 * @throws Failure that tells where the organization has no such account
 */
export async function requireAccess(name: string, accountId: string, accessRole: string): Promise<void> {
  try {
    await requireAccessRole(name, accountId, accessRole);
  } catch (error) {
    // Where DescribeAccount is denied, STS's refusal is reported.
    if (!(error instanceof Failure) || (await isOfOrganization(accountId).catch(() => true))) throw error;
    throw new Failure(
      `The organization has no account ${accountId} (${name}).`,
      `Correct ${settingOf(name).join(".")}; aws organizations list-accounts shows those that it has.`,
      { cause: error.cause, setting: settingOf(name) },
    );
  }
}

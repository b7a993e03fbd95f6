/** The canaries of `verify --live`: two IAM users without valuable rights, each with a key. Pure functions of the settings. */

import { randomBytes } from "node:crypto";

import { accessRoleArn } from "../../../infra/accounts.ts";
import { accountsOf, canaryPrefix, developersGroup, roleArnsOf } from "../../../infra/names.ts";
import type { PolicyDocument, PolicyStatement } from "../../../infra/policies.ts";
import type { Settings } from "../../../infra/settings.ts";
import { closest } from "../../closest.ts";
import { Failure } from "../../failure.ts";

/** Minutes for which a canary's key works, even if the process that has made it dies. */
export const canaryMinutes = 15;

/** The inline policy of a canary. */
export const canaryPolicyName = "mfa-admin-canary";

/** An IAM user that is made for test calls, and removed again. */
export interface Canary {
  /** "auth", or a development account's name. */
  account: string;
  accountId: string;
  userName: string;
  arn: string;
  /** The kind of user that it stands for. */
  who: string;
  groups: string[];
  /** The statements of its inline policy that allow; empty for a canary with a group's policy. */
  allowed: PolicyStatement[];
  /** The calls that it makes without MFA. */
  tried: Attempted[];
}

/** A call, which at most changes the canary itself if it succeeds. */
export interface Attempted {
  action: string;
  /** The ARN of the resource. */
  resource: string;
  /** The session name that a role's trust policy requires. */
  sessionName?: string;
  expected: "allowed" | "denied";
  /** Whether a session without MFA makes the call, too: STS lets no such session call IAM (STS API Reference, "GetSessionToken"). */
  bySession: boolean;
}

/**
 * The canaries for one development account.
 *
 * @throws Failure where the settings have no such account
 */
export function canariesFor(account: string, settings: Settings, suffix = randomBytes(4).toString("hex")): Canary[] {
  const { developmentAccounts, authAccount, developers } = settings;
  requireDevelopmentAccount(account, developmentAccounts);
  const accountId = developmentAccounts[account] ?? "";
  const developer = Object.keys(developers).find((name) => accountsOf(settings, name).includes(account));
  const role = developer === undefined ? undefined : roleArnsOf(settings, developer)[account];
  const userName = `${canaryPrefix}${suffix}`;
  const arnIn = (id: string): string => `arn:aws:iam::${id}:user/${userName}`;
  const assumed: Attempted[] =
    role === undefined || developer === undefined
      ? []
      : [{ action: "sts:AssumeRole", resource: role, sessionName: developer, expected: "denied", bySession: true }];
  return [
    {
      ...{ account, accountId, userName, arn: arnIn(accountId), who: "an IAM user", groups: [] },
      allowed: [
        { Effect: "Allow", Action: reads, Resource: "*" },
        { Effect: "Allow", Action: "iam:CreateAccessKey", Resource: arnIn(accountId) },
        ...(role === undefined ? [] : [{ Effect: "Allow" as const, Action: "sts:AssumeRole", Resource: role }]),
      ],
      tried: [
        ...reads.map((action) => denied(action, "*")),
        denied("iam:CreateAccessKey", arnIn(accountId)),
        ...assumed,
      ],
    },
    {
      ...{ account: "auth", accountId: authAccount, userName, arn: arnIn(authAccount), who: "a developer" },
      ...{ groups: [developersGroup], allowed: [] },
      tried: [
        { action: "iam:GetUser", resource: arnIn(authAccount), expected: "allowed", bySession: false },
        ...reads.map((action) => denied(action, "*")),
        ...(developer === undefined
          ? []
          : [denied("iam:ListAccessKeys", `arn:aws:iam::${authAccount}:user/${developer}`)]),
        ...assumed,
        denied("sts:AssumeRole", accessRoleArn(accountId, settings.accessRole), true),
        ...(settings.accessKeys === "with-mfa" ? [denied("iam:CreateAccessKey", arnIn(authAccount))] : []),
        // This call is last: if it succeeds, the attached policy denies everything.
        denied("iam:AttachUserPolicy", arnIn(authAccount)),
      ],
    },
  ];
}

/** Actions that anybody who has found a key tries first. */
const reads = ["iam:GetAccountSummary", "iam:ListUsers", "iam:ListRoles"];

const denied = (action: string, resource: string, bySession = false): Attempted => ({
  ...{ action, resource, expected: "denied", bySession },
});

function requireDevelopmentAccount(name: string, developmentAccounts: Record<string, string>): void {
  if (Object.hasOwn(developmentAccounts, name)) return;
  const names = Object.keys(developmentAccounts);
  const meant = closest(name, names);
  throw new Failure(
    `There is no development account "${name}" in the settings.`,
    meant === undefined ? `There are ${names.join(", ")}.` : `Did you mean ${meant}?`,
  );
}

/** The inline policy of a canary: its rights, and a deny of everything from a time on, after which its key is worthless. */
export function canaryPolicy({ allowed }: Pick<Canary, "allowed">, until: Date): PolicyDocument {
  const Condition = { DateGreaterThanEquals: { "aws:CurrentTime": until.toISOString() } };
  return {
    Version: "2012-10-17",
    Statement: [...allowed, { Sid: "DenyAfterTheTry", Effect: "Deny", Action: "*", Resource: "*", Condition }],
  };
}

/** The list of everything that is made, for the confirmation. */
export function planText(canaries: Canary[]): string {
  return [
    "This makes in AWS, and takes away again when it has tried them:",
    ...canaries.map(({ account, accountId, userName, groups, allowed }) => {
      const given = groups.length > 0 ? `in the group ${groups.join(", ")}` : `which may ${actionsIn(allowed)} alone`;
      return `- the IAM user ${userName} in ${account} (${accountId}), ${given}, with an access key`;
    }),
    `The keys stay in memory, and work for ${canaryMinutes} minutes at most, whatever becomes of this run. What is tried with them, without MFA:`,
    ...canaries.map(({ account, tried }) => `- in ${account}: ${tried.map(({ action }) => action).join(", ")}`),
    "Where one of these should succeed, it changes nothing but the canary itself. The rest of verify only reads.",
  ].join("\n");
}

const actionsIn = (statements: PolicyStatement[]): string =>
  statements.flatMap(({ Action = [] }) => [Action].flat()).join(", ");

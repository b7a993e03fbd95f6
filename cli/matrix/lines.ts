/** The matrix: who may do what, with and without MFA, as the stack promises. Pure functions of the settings. */

import { endOf, exemptionsOf } from "../../infra/exemptions.ts";
import { authAccountPolicy, guardRailPolicy } from "../../infra/guard-rails.ts";
import { accountsOf, policyArnIn, roleArnsOf, roleNameOf } from "../../infra/names.ts";
import type { PolicyStatement } from "../../infra/policies.ts";
import type { Settings } from "../../infra/settings.ts";
import { type Asked, type Caller, everything, roleIn } from "../aws/simulate.ts";
import type { MatrixLine } from "../results/verify.ts";

/** Developers whose users have the same policies; one stands for all. */
export interface DeveloperClass {
  names: string[];
  policies: string[];
  boundary?: string;
  /** Whether they are locked or cut off: nothing is promised to go on for them. */
  shutOut?: boolean;
}

const withoutMfa = ["access key", "session without MFA"] as const;
const users = [...withoutMfa, "session with MFA"] as const;

/** A name that no user or role has. */
const nobody = "mfa-admin-verify";

/** Actions that anybody may try first. */
const usual = ["ec2:DescribeInstances", "s3:ListAllMyBuckets", "iam:ListUsers"];

type Tell = (
  credentials: readonly MatrixLine["credentials"][],
  expected: MatrixLine["expected"],
  actions: string[],
  resources?: string[],
) => Asked[];

const telling =
  (account: string, accountId: string, caller: Caller): Tell =>
  (credentials, expected, actions, resources = ["*"]) =>
    credentials.flatMap((one) =>
      resources.flatMap((resource) =>
        actions.map((action) => ({ account, accountId, caller, credentials: one, action, resource, expected })),
      ),
    );

/** The rights of developers as users of the auth account, by the article's policy or with `accessKeys: with-mfa`. */
export function developerLines(settings: Settings, classes: DeveloperClass[]): Asked[] {
  return classes.flatMap((own) => {
    const lines = linesOfClass(settings, own);
    return own.shutOut === true ? lines.filter(({ expected }) => expected === "denied") : lines;
  });
}

function linesOfClass(
  settings: Settings,
  { names: [name = "", ...others], policies, boundary }: DeveloperClass,
): Asked[] {
  const { authAccount } = settings;
  const arnOf = (user: string, type = "user"): string => `arn:aws:iam::${authAccount}:${type}/${user}`;
  const caller: Caller = {
    who: others.length === 0 ? `developer ${name}` : `developer ${name}, like ${others.length} more`,
    ...{ arn: arnOf(name), type: "User" as const, userName: name, policies },
    ...(boundary !== undefined && { boundary }),
  };
  const tell = telling("auth", authAccount, caller);
  const other = others[0] ?? nobody;
  const [account = ""] = accountsOf(settings, name);
  const role = roleArnsOf(settings, name)[account] ?? "";
  const roleOf = (called: string): string => role.replace(/[^/]*$/, called);
  const key = ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey"];
  const isHardened = settings.accessKeys === "with-mfa";
  // With `with-mfa` a key neither lists nor makes keys, and enrols no device; a console session without MFA does enrol.
  const [keyed, enrolling] = isHardened ? [users.slice(2), users.slice(1)] : [users, users];
  const unlike = (may: readonly MatrixLine["credentials"][]) => users.filter((one) => !may.includes(one));
  const ofKeys = [...key, "iam:ListAccessKeys"];
  const ofEnrolling = ["iam:EnableMFADevice", "iam:ChangePassword"];
  return [
    ...tell(users, "allowed", ["iam:ListMFADevices", "iam:ResyncMFADevice", "iam:GetUser"], [arnOf(name)]),
    ...tell(keyed, "allowed", ofKeys, [arnOf(name)]),
    ...tell(unlike(keyed), "denied", ofKeys, [arnOf(name)]),
    ...tell(enrolling, "allowed", ofEnrolling, [arnOf(name)]),
    ...tell(unlike(enrolling), "denied", ofEnrolling, [arnOf(name)]),
    ...tell(users, "denied", ["iam:DeactivateMFADevice", ...notOnOneself], [arnOf(name)]),
    ...tell(
      users,
      "denied",
      ["iam:EnableMFADevice", "iam:DeactivateMFADevice", ...key, "iam:ChangePassword"],
      [arnOf(other)],
    ),
    ...tell(enrolling, "allowed", ["iam:CreateVirtualMFADevice"], [arnOf(name, "mfa")]),
    ...tell(unlike(enrolling), "denied", ["iam:CreateVirtualMFADevice"], [arnOf(name, "mfa")]),
    ...tell(users, "denied", ["iam:CreateVirtualMFADevice"], [arnOf(other, "mfa")]),
    ...tell(
      users,
      "denied",
      ["iam:DeleteVirtualMFADevice"],
      [name, other].map((user) => arnOf(user, "mfa")),
    ),
    // With a shared role, the units may have no account yet, and so no role.
    ...(role === ""
      ? []
      : [
          ...tell(withoutMfa, "denied", ["sts:AssumeRole"], [role]),
          ...tell(["session with MFA"], "allowed", ["sts:AssumeRole"], [role]),
          ...(settings.mfaMaxAge === undefined
            ? []
            : tell(["session with older MFA"], "denied", ["sts:AssumeRole"], [role])),
          ...tell(
            users,
            "denied",
            ["sts:AssumeRole"],
            [roleOf(roleNameOf({ rolePrefix: settings.rolePrefix }, other)), roleOf(settings.accessRole)],
          ),
        ]),
    ...tell(users, "denied", [...usual, "iam:CreateUser", "iam:CreateRole", "iam:AddUserToGroup"]),
  ];
}

/** Actions on themselves by which developers would gain rights, or keep access after they are shut out. */
const notOnOneself = [
  ...["iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy", "iam:DetachUserPolicy"],
  ...["iam:DeleteUserPermissionsBoundary", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"],
  ...["iam:CreateServiceSpecificCredential", "iam:TagUser", "iam:UpdateUser"],
];

/** The rights of users, of the root user and of role sessions in a development account. */
export function accountLines(settings: Settings, account: string, now = new Date()): Asked[] {
  const accountId = settings.developmentAccounts[account] ?? "";
  const user = userOf(accountId, "an IAM user who may do everything", `user/${nobody}`);
  const root: Caller = {
    ...{ who: "the root user", arn: `arn:aws:iam::${accountId}:root`, type: "Account", policies: [everything] },
  };
  const tell = telling(account, accountId, user);
  const tried = [...usual, "iam:CreateUser", "iam:CreateAccessKey", "iam:CreateRole", "sts:AssumeRole"];
  const exempt = exemptionsOf(settings).filter(
    ({ arn, until }) => arn.split(":")[4] === accountId && Date.parse(endOf(until)) > now.getTime(),
  );
  return [
    ...tell(withoutMfa, "denied", tried),
    ...tell(["session with MFA"], "allowed", usual.slice(0, 1)),
    ...telling(account, accountId, root)(withoutMfa, "denied", tried.slice(0, 5)),
    ...exempt.flatMap(({ arn, name }) =>
      telling(account, accountId, userOf(accountId, `${name}, exempt`, arn.split(":")[5] ?? ""))(
        ["access key"],
        "allowed",
        usual.slice(0, 1),
      ),
    ),
    ...sessionLines(settings, account, accountId),
    ...guardLines(settings, account, accountId, root),
  ];
}

function userOf(accountId: string, who: string, path: string): Caller {
  const userName = path.replace(/^.*\//, "");
  return { who, arn: `arn:aws:iam::${accountId}:${path}`, type: "User", userName, policies: [everything] };
}

const sessionOf = (settings: Settings, accountId: string): Caller =>
  roleIn(
    accountId,
    "a session of a developer's role",
    roleNameOf(settings, Object.keys(settings.developers)[0] ?? nobody),
  );

const accessIn = ({ accessRole }: Settings, accountId: string): Caller =>
  roleIn(accountId, "the access role", accessRole);

/** Role sessions are allowed whatever the organization's policies deny to users. */
function sessionLines(settings: Settings, account: string, accountId: string): Asked[] {
  const [session, access] = [sessionOf(settings, accountId), accessIn(settings, accountId)].map((caller) =>
    telling(account, accountId, caller),
  );
  return [
    ...(session?.(["role session"], "allowed", usual) ?? []),
    ...(access?.(["role session"], "allowed", ["iam:ListUsers"]) ?? []),
  ];
}

/** Each statement of the guard rails denies its actions, and the access role is exempt where the statement says so. */
function guardLines(settings: Settings, account: string, accountId: string, root: Caller): Asked[] {
  const session = telling(account, accountId, sessionOf(settings, accountId));
  const access = telling(account, accountId, accessIn(settings, accountId));
  return (guardRailPolicy(settings)?.Statement ?? []).flatMap((statement) => {
    const actions = [statement.Action ?? "*"].flat();
    if (actions.includes("*")) {
      return telling(account, accountId, root)(["session with MFA"], "denied", [...usual, "iam:CreateAccessKey"]);
    }
    const resources = resourcesOf(statement, accountId);
    const machines = [statement.NotResource ?? []].flat().filter((arn) => arn.split(":")[4] === accountId);
    return [
      ...session(["role session"], "denied", actions, resources),
      ...(statement.Condition === undefined ? [] : access(["role session"], "allowed", actions, resources)),
      ...(machines.length === 0 ? [] : session(["role session"], "allowed", actions, machines)),
    ];
  });
}

/** Resources that a statement is about, with names in place of its patterns. */
function resourcesOf({ Resource = "*" }: PolicyStatement, accountId: string): string[] {
  return [Resource].flat().map((one) => (one === "*" ? one : policyArnIn(accountId, one).replaceAll("*", nobody)));
}

/** The rights of principals in the auth account, even of a user with every permission. */
export function authLines(settings: Settings): Asked[] {
  const { authAccount, guardRails } = settings;
  const access = telling("auth", authAccount, accessIn(settings, authAccount));
  const lines = access(["role session"], "allowed", ["iam:ListUsers", "iam:CreateUser"]);
  if (!guardRails.includes("auth")) return lines;
  const user = userOf(authAccount, "a user who was given everything", `user/${nobody}`);
  const tell = telling("auth", authAccount, user);
  const [{ NotAction = [] } = {}] = authAccountPolicy(settings.accessKeys).Statement;
  return [
    ...lines,
    ...tell(withoutMfa, "denied", [...usual, "iam:CreateUser", "iam:AttachUserPolicy", "sts:AssumeRole"]),
    ...tell(["session with MFA"], "allowed", usual),
    ...tell(["access key"], "allowed", [NotAction].flat()),
  ];
}

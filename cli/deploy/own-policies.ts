import { endOf, exemptionsOf } from "../../infra/exemptions.ts";
import { roleNameOf } from "../../infra/names.ts";
import { ownPolicies, ownPolicyName } from "../../infra/own-policies.ts";
import { isSameDocument } from "../../infra/policy-documents.ts";
import { region } from "../../infra/region.ts";
import type { Settings } from "../../infra/settings.ts";
import { isAccessDenied } from "../aws/error-words.ts";
import type { Look } from "../aws/look.ts";
import { knownOrganization } from "../aws/preconditions.ts";
import { type Asked, everything, roleIn, simulate } from "../aws/simulate.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import { Failure } from "../failure.ts";
import type { MatrixLine } from "../results/verify.ts";
import type { Danger, Warning } from "../results/warning.ts";
import type { GuardOptions } from "./guard-options.ts";
import { lostDenials } from "./weakened-policies.ts";

/** The documents of the organization's own policies in the stack, by their names in AWS. */
function heldBefore({ held }: Pick<StackBefore, "held">): Map<string, unknown> {
  const own = held.filter(({ type }) => type === "own service control policy");
  return new Map(own.map(({ name, properties }) => [name, properties["content"]]));
}

/** The policies of the organization's own that an edit removes. A policy that continues under another name is not removed. */
export function removedOwnPolicies(
  before: Pick<StackBefore, "held">,
  { serviceControlPolicies, ownPolicies: now = [] }: Pick<Settings, "serviceControlPolicies" | "ownPolicies">,
  { allowUnprotected = false }: GuardOptions,
): Danger[] {
  const names = serviceControlPolicies.map(ownPolicyName);
  const removed = [...heldBefore(before)].flatMap(([name, content]) =>
    names.includes(name) || now.some((one) => isSameDocument(one.content, content)) ? [] : [name],
  );
  return removed.length === 0
    ? []
    : [{ kind: "own-policies-removed", refused: !allowUnprotected, policies: removed.sort() }];
}

/**
 * The policies of the organization's own that continue and deny less than before. A denial that another of them takes over is not
 * lost.
 */
export function weakenedOwnPolicies(
  before: Pick<StackBefore, "held">,
  { serviceControlPolicies, ownPolicies: now }: Pick<Settings, "serviceControlPolicies" | "ownPolicies">,
  { allowUnprotected = false }: GuardOptions,
): Danger[] {
  if (now === undefined) return [];
  const names = serviceControlPolicies.map(ownPolicyName);
  const contents = now.map(({ content }) => content);
  const policies = [...heldBefore(before)].flatMap(([name, content]) => {
    const statements = names.includes(name) ? lostDenials(content, contents) : [];
    return statements.length === 0 ? [] : [{ name, statements }];
  });
  return policies.length === 0 ? [] : [{ kind: "own-policies-weakened", refused: !allowUnprotected, policies }];
}

type Effective = Pick<
  Settings,
  | "serviceControlPolicies"
  | "ownPolicies"
  | "organizationalUnits"
  | "developmentAccounts"
  | "accessRole"
  | "rolePrefix"
  | "roles"
  | "developers"
  | "exempt"
  | "region"
>;

/**
 * Whom the organization's own policies stop, by AWS's policy simulator. A policy that stops the roles by which mfa-admin, its CI or
 * StackSets work in the accounts is refused. A new or changed policy that stops developers' sessions or exempt users is a warning.
 *
 * @throws Failure for a document that AWS does not accept
 */
export async function ownPoliciesStop(
  before: Pick<StackBefore, "held">,
  settings: Effective,
  { identities }: Partial<Pick<Look, "identities">>,
): Promise<Warning[]> {
  if (settings.serviceControlPolicies.length === 0 || identities === undefined) return [];
  const policies = ownPolicies(settings).map(({ name, content }, index) => ({
    file: settings.serviceControlPolicies[index] ?? "",
    ...{ name, content, text: JSON.stringify(content) },
  }));
  const held = heldBefore(before);
  const fresh = policies.filter(({ name, content }) => !held.has(name) || !isSameDocument(held.get(name), content));
  const working = accountsTried(settings).flatMap(([account, id]) => workingRoles(account, id, settings, identities));
  const [shutOut, stopped] = await Promise.all([
    deniedBy(policies, working, region),
    fresh.length === 0 ? [] : deniedBy(fresh, usualWork(settings), settings.region ?? region),
  ]);
  return [
    ...grouped(shutOut).map(({ who, lines, by }): Danger => ({
      ...{ kind: "own-policy-shuts-out", refused: true, who },
      policies: by.map(({ file }) => file),
      accounts: [...new Set(lines.map(({ account }) => account))],
      actions: [...new Set(lines.map(({ action }) => action))],
    })),
    ...grouped(stopped).map(({ who, lines, by }): Warning => ({
      ...{ kind: "own-policy-stops", who },
      policies: by.map(({ name }) => name),
      accounts: [...new Set(lines.map(({ account }) => account))],
      actions: [...new Set(lines.map(({ action }) => action))],
    })),
  ];
}

/** The accounts to simulate. With a shared role and no named accounts, one stands for all: the simulator's answers are the same. */
function accountsTried({ developmentAccounts, roles }: Effective): [name: string, id: string][] {
  const named = Object.entries(developmentAccounts);
  return named.length === 0 && roles === "shared" ? [["every account", "000000000000"]] : named;
}

interface Policy {
  file: string;
  name: string;
  text: string;
}

interface Denied {
  line: MatrixLine;
  by: Policy[];
}

function grouped(denied: Denied[]): { who: string; lines: MatrixLine[]; by: Policy[] }[] {
  return [
    ...Map.groupBy(denied, ({ line: { who }, by }) => [who, ...by.map(({ name }) => name)].join("\n")).values(),
  ].flatMap((own) => {
    const [first] = own;
    return first === undefined ? [] : [{ who: first.line.who, lines: own.map(({ line }) => line), by: first.by }];
  });
}

/** The lines that the policies deny together, with the policies that deny each. */
async function deniedBy(policies: Policy[], lines: Asked[], where: string): Promise<Denied[]> {
  const denied = await deniedUnder(policies, lines, where);
  if (denied.length === 0) return [];
  const each = await Promise.all(
    policies.map(async (policy) => ({ policy, lines: await deniedUnder([policy], lines, where) })),
  );
  return denied.map((line) => ({
    line,
    by: each.flatMap(({ policy, lines: own }) => (own.some((one) => isSameLine(one, line)) ? [policy] : [])),
  }));
}

const isSameLine = (one: MatrixLine, other: MatrixLine): boolean =>
  (["who", "account", "action", "resource", "credentials"] as const).every((key) => one[key] === other[key]);

async function deniedUnder(policies: Policy[], lines: Asked[], where: string): Promise<MatrixLine[]> {
  // FullAWSAccess is attached beside them; other guards check that.
  const level = [everything, ...policies.map(({ text }) => text)];
  const around = {
    organizationId: knownOrganization()?.id ?? "",
    region: where,
    hierarchy: () => [[everything], level],
  };
  try {
    return (await simulate(lines, around, (_, call) => call())).filter(({ got }) => got === "denied");
  } catch (error) {
    throw await explained(error, policies, lines, where);
  }
}

/** The simulator's errors for a document that it refuses (IAM API Reference, "SimulateCustomPolicy"). */
const refusals = ["InvalidInputException", "PolicyEvaluationException"];

async function explained(error: unknown, policies: Policy[], lines: Asked[], where: string): Promise<unknown> {
  if (isAccessDenied(error)) {
    return new Failure(
      `Whom the service control policies ${policies.map(({ file }) => file).join(", ")} shut out cannot be told: ${error.message}`,
      "Nothing was changed. These credentials need iam:SimulateCustomPolicy; mfa-admin init --ci github writes the policies that have it.",
      { cause: error },
    );
  }
  if (!(error instanceof Error) || !refusals.includes(error.name)) return error;
  const [first, ...others] = policies;
  if (first === undefined) return error;
  if (others.length === 0) {
    return new Failure(
      `AWS does not take the service control policy ${first.file}: ${error.message}`,
      `Nothing was changed. Correct ${first.file}.`,
      { cause: error, setting: ["serviceControlPolicies"] },
    );
  }
  for (const policy of policies) {
    try {
      await deniedUnder([policy], lines, where);
    } catch (own) {
      return own;
    }
  }
  return error;
}

/** The actions by which the program makes, changes and deletes a role, through AWS Cloud Control API and directly. */
const byAccessRole = {
  role: [
    ...["iam:GetRole", "iam:CreateRole", "iam:UpdateRole", "iam:DeleteRole", "iam:TagRole"],
    ...["iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy"],
  ],
  any: [
    ...["iam:GetAccountAuthorizationDetails", "cloudformation:CreateResource", "cloudformation:UpdateResource"],
    ...["cloudformation:DeleteResource", "cloudformation:GetResource", "cloudformation:GetResourceRequestStatus"],
  ],
};
const byReadingRole = {
  role: ["iam:GetRole"],
  any: ["iam:GetAccountAuthorizationDetails", "cloudformation:GetResource"],
};
const byStackSets = { role: ["iam:CreateRole", "iam:GetRole"], any: [] };

/** The roles that work in an account, with their actions there. The roles of CI and of StackSets count where they exist. */
function workingRoles(
  account: string,
  accountId: string,
  { accessRole, rolePrefix, roles }: Effective,
  identities: Look["identities"],
): Asked[] {
  const there = (identities.get(account) ?? []).flatMap(({ type, name }) => (type === "role" ? [name] : []));
  const resource = `arn:aws:iam::${accountId}:role/${roleNameOf({ rolePrefix, roles }, "mfa-admin-verify")}`;
  const lines = (who: string, role: string, does: { role: string[]; any: string[] }): Asked[] => {
    const caller = roleIn(accountId, who, role);
    const line = { account, accountId, caller, credentials: "role session", expected: "allowed" } as const;
    return [
      ...does.role.map((action) => ({ ...line, action, resource })),
      ...does.any.map((action) => ({ ...line, action, resource: "*" })),
    ];
  };
  // AWS makes the roles of StackSets in each account that gets a shared role.
  const stackSets =
    roles === "shared" ? "stacksets-exec-mfa-admin-verify" : there.find((name) => name.startsWith("stacksets-exec-"));
  return [
    ...lines(`the access role ${accessRole}`, accessRole, byAccessRole),
    ...(there.includes("mfa-admin-ci-read")
      ? lines("the role mfa-admin-ci-read, by which CI reads", "mfa-admin-ci-read", byReadingRole)
      : []),
    ...(stackSets === undefined ? [] : lines("the roles of CloudFormation StackSets", stackSets, byStackSets)),
  ];
}

/** The actions that developers' sessions and exempt users are likely to use first. */
function usualWork(settings: Effective): Asked[] {
  const [developer = "mfa-admin-verify"] = Object.keys(settings.developers);
  const now = Date.now();
  const exempt = exemptionsOf(settings).filter(({ until }) => Date.parse(endOf(until)) > now);
  return accountsTried(settings).flatMap(([account, accountId]) => {
    const line = { account, accountId, resource: "*", expected: "allowed" } as const;
    const session = roleIn(accountId, "sessions of the developers' roles", roleNameOf(settings, developer));
    return [
      ...["ec2:DescribeInstances", "s3:ListAllMyBuckets", "iam:ListUsers"].map((action) => ({
        ...{ ...line, action, caller: session, credentials: "role session" as const },
      })),
      ...exempt
        .filter(({ arn }) => arn.split(":")[4] === accountId)
        .map(({ arn, name }) => ({
          ...{ ...line, action: "ec2:DescribeInstances", credentials: "access key" as const },
          caller: {
            ...{ who: `${name}, which is exempt`, arn, type: "User" as const, policies: [everything] },
            userName: arn.replace(/^.*\//, ""),
          },
        })),
    ];
  });
}

import type { Settings } from "../../../infra/settings.ts";
import { settingsSchema } from "../../../infra/settings.ts";
import { developerPolicy, developerRoleTrust } from "../../../infra/policies.ts";
import type { Identity } from "../../../cli/aws/identities.ts";
import type { AccountInAws } from "../../../cli/verify/account.ts";

/** An account's identities as AWS describes them, for tests without AWS. */

export const [management, auth, sandbox, elsewhere, outsider] = [1, 2, 3, 5, 9].map((digit) =>
  `${digit}`.repeat(12),
) as [string, string, string, string, string];
export const organizationId = "o-exampleorg";

export function settingsWith(given: Partial<Record<keyof Settings, unknown>> = {}): Settings {
  return settingsSchema.parse({
    organizationalUnits: ["ou-abcd-11111111"],
    authAccount: auth,
    developmentAccounts: { sandbox },
    developers: { alice: {}, bob: {} },
    ...given,
  });
}

export function identity(type: Identity["type"], name: string, given: Partial<Identity> = {}): Identity {
  const accountId = given.arn?.split(":")[4] ?? sandbox;
  return {
    ...{
      type,
      name,
      path: "/",
      arn: `arn:aws:iam::${accountId}:${type === "managed policy" ? "policy" : type}/${name}`,
    },
    ...{ inlinePolicies: [], managedPolicies: [], groups: [], tags: {} },
    ...given,
  };
}

export const trustOf = (Principal: unknown, Condition?: unknown, more: Record<string, unknown> = {}): unknown => ({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal, Action: "sts:AssumeRole", ...(Condition !== undefined && { Condition }), ...more },
  ],
});

export const withMfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
const administratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess";

export const roleOf = (name: string): Identity =>
  identity("role", `developer-${name}`, {
    managedPolicies: [administratorAccess],
    document: developerRoleTrust({ authAccount: auth }, name),
  });

export const accessRole = (Principal: unknown = { AWS: `arn:aws:iam::${management}:root` }): Identity =>
  identity("role", "OrganizationAccountAccessRole", { document: trustOf(Principal) });

export function developmentAccount(...more: Identity[]): AccountInAws {
  const identities = [accessRole(), roleOf("alice"), roleOf("bob"), ...more];
  return { name: "sandbox", id: sandbox, identities, providers: [], hasRootKey: false, keys: new Map() };
}

export const policyArn = `arn:aws:iam::${auth}:policy/mfa-admin-developer`;

export function authAccount(change: (one: Identity) => Identity = (one) => one, ...more: Identity[]): AccountInAws {
  const user = (name: string): Identity =>
    identity("user", name, { arn: `arn:aws:iam::${auth}:user/${name}`, groups: ["mfa-admin-developers"] });
  const identities = [
    identity("managed policy", "mfa-admin-developer", {
      arn: policyArn,
      document: developerPolicy({ rolePrefix: "developer" }),
    }),
    identity("group", "mfa-admin-developers", { managedPolicies: [policyArn] }),
    ...[user("alice"), user("bob"), accessRole()],
  ].map(change);
  return {
    name: "auth",
    id: auth,
    identities: [...identities, ...more],
    providers: [],
    hasRootKey: false,
    keys: new Map(),
  };
}

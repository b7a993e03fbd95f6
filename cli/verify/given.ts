/** Compares the developers' users and roles with what the stack gives them, and finds other users. */

import { accessEndOf } from "../../infra/access-ends.ts";
import { endOf, exemptionsOf } from "../../infra/exemptions.ts";
import { developersGroup, policyArnIn } from "../../infra/names.ts";
import { deniesByName, isSameDocument, onlyDenies } from "../../infra/policy-documents.ts";
import { developerPolicy, developerRoleTrust } from "../../infra/policies.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Identity } from "../aws/identities.ts";
import { isUniqueId, principalsOf } from "../deploy/trust.ts";
import type { Compared, Finding } from "../results/verify.ts";
import type { AccountInAws } from "./account.ts";
import { nameOf, repair } from "./finding.ts";
import { isSharedRole, repairByHand, sharedTrustFinding } from "./shared-role.ts";
import { developerOf } from "./side-doors.ts";

/** The result of a comparison. */
export interface Comparison {
  compared: Compared[];
  findings: Finding[];
}

/** Compares the developers' users, group and managed policy in the auth account. */
export function authComparison(account: AccountInAws, settings: Settings): Comparison {
  const { identities, id } = account;
  const policyArn = `arn:aws:iam::${id}:policy/mfa-admin-developer`;
  const found: Finding[] = [];
  const compared: Compared[] = [];
  const note = (what: string, finding: Finding | undefined): void => {
    compared.push({ account: "auth", what, holds: finding === undefined });
    if (finding !== undefined) found.push(finding);
  };
  const policy = identities.find(({ arn, type }) => type === "managed policy" && arn === policyArn);
  if (policy !== undefined) {
    // During a switch between the forms of roles, the policy lets developers assume roles of both forms.
    const isSame = [false, true].some((switching) =>
      isSameDocument(policy.document, developerPolicy(settings, switching)),
    );
    note("managed policy mfa-admin-developer", isSame ? undefined : policyChanged());
  }
  for (const identity of identities) {
    if (identity.type === "group" && identity.name === developersGroup) {
      const extra = extraOn(identity, identities, { managed: [policyArn], groups: [] });
      note(`group ${developersGroup}`, extra.length === 0 ? undefined : groupExtra(extra));
    }
    if (identity.type === "user" && Object.hasOwn(settings.developers, identity.name)) {
      const extra = extraOn(identity, identities, { managed: [], groups: [developersGroup] });
      note(`policies of user ${identity.name}`, extra.length === 0 ? undefined : developerExtra(identity, extra));
    }
  }
  return { compared, findings: found };
}

function policyChanged(): Finding {
  return {
    ...{ name: nameOf("developers-policy", "auth"), kind: "developers-policy", account: "auth" },
    fact: "The managed policy mfa-admin-developer in auth does not say what the stack has it say.",
    meaning: "It is what every developer may do, and what they may not without MFA.",
    ...repair,
  };
}

function groupExtra(extra: string[]): Finding {
  return {
    ...{ name: nameOf("developers-group", "auth"), kind: "developers-group", account: "auth" },
    fact: `The group ${developersGroup} in auth has what the stack does not give: ${extra.join(", ")}.`,
    meaning: "Every developer has it.",
    ...repair,
  };
}

function developerExtra({ name }: Identity, extra: string[]): Finding {
  return {
    ...{ name: nameOf("developer-permissions", "auth", name), kind: "developer-permissions", account: "auth" },
    fact: `The user ${name} in auth has what the stack does not give: ${extra.join(", ")}.`,
    meaning: "A developer's user may enrol and take its roles; what comes besides is nobody's decision in git.",
    ...repair,
  };
}

/** The policies and groups of an identity beyond those of the stack. Policies that only deny do not count: they weaken nothing. */
function extraOn(
  { managedPolicies, inlinePolicies, groups, boundary }: Identity,
  identities: Identity[],
  given: { managed: string[]; groups: string[]; boundary?: string | undefined },
): string[] {
  const denies = (arn: string): boolean =>
    deniesByName(arn) || onlyDenies(identities.find((one) => one.arn === arn)?.document);
  const groupDenies = (name: string): boolean => {
    const group = identities.find((one) => one.type === "group" && one.name === name);
    if (group === undefined || group.managedPolicies.length + group.inlinePolicies.length === 0) return false;
    return group.managedPolicies.every(denies) && group.inlinePolicies.every(({ document }) => onlyDenies(document));
  };
  const lost = given.boundary !== undefined && boundary !== given.boundary && !(boundary && denies(boundary));
  return [
    ...managedPolicies.filter((arn) => !given.managed.includes(arn) && !denies(arn)),
    ...inlinePolicies.flatMap(({ name, document }) => (onlyDenies(document) ? [] : [`inline policy ${name}`])),
    ...groups.filter((name) => !given.groups.includes(name) && !groupDenies(name)).map((name) => `group ${name}`),
    ...(lost ? [`no boundary ${given.boundary ?? ""}`] : []),
  ];
}

/** Compares the developers' roles in a development account: their trust policies and permissions. */
export function rolesComparison({ name: account, id, identities }: AccountInAws, settings: Settings): Comparison {
  const found: Finding[] = [];
  const compared: Compared[] = [];
  for (const role of identities.filter(({ type }) => type === "role")) {
    const developer = developerOf(role, account, settings);
    const isShared = isSharedRole(role, account, settings);
    if (developer === undefined && !isShared) continue;
    const trust =
      developer === undefined
        ? sharedTrustFinding(role, { name: account, id }, settings)
        : trustFinding(role, account, developer, settings);
    compared.push({ account, what: `trust policy of role ${role.name}`, holds: trust === undefined });
    const extra = extraOn(role, identities, {
      managed: settings.permissions.map((arn) => policyArnIn(id, arn)),
      groups: [],
      boundary: settings.permissionsBoundary && policyArnIn(id, settings.permissionsBoundary),
    });
    compared.push({ account, what: `policies of role ${role.name}`, holds: extra.length === 0 });
    if (trust !== undefined) found.push(trust);
    if (extra.length > 0) {
      found.push({
        ...{ name: nameOf("role-permissions", account, role.name), kind: "role-permissions", account },
        fact: `The role ${role.name} in ${account} has what the stack does not give: ${extra.join(", ")}.`,
        meaning: "Whoever takes it may do more than the settings say.",
        ...(isShared ? repairByHand : repair),
      });
    }
  }
  return { compared, findings: found };
}

/** The finding for a changed trust policy; undefined for one that lets nobody in, which the next up writes anew. */
function trustFinding(
  { name, document }: Identity,
  account: string,
  developer: string,
  settings: Settings,
): Finding | undefined {
  const end = accessEndOf(settings, developer, account);
  const isSame = isSameDocument(document, developerRoleTrust(settings, developer, end));
  const principals = principalsOf(document);
  if (isSame || onlyDenies(document) || principals.every(isUniqueId)) return undefined;
  return {
    ...{ name: nameOf("developer-role", account, name), kind: "developer-role", account },
    fact: `The trust policy of role ${name} in ${account} is not as the stack makes it; it lets in ${principals.join(", ")}.`,
    meaning: `The role is for ${developer} alone, with MFA and under that session name.`,
    ...repair,
  };
}

/** Findings about IAM users who are not on the roster, and about root keys. */
export function strangers(account: AccountInAws, settings: Settings, now = new Date()): Finding[] {
  const { name, id, identities, keys, hasRootKey } = account;
  const exempt = new Map(exemptionsOf(settings).map((one) => [one.arn, one]));
  const users = identities.filter(
    (one) => one.type === "user" && !(name === "auth" && Object.hasOwn(settings.developers, one.name)),
  );
  const found = users.map((user): Finding => {
    const known = exempt.get(user.arn);
    const isExempt = known !== undefined && Date.parse(endOf(known.until)) > now.getTime();
    return {
      ...{ name: nameOf("user", name, user.name), kind: "user", account: name },
      fact: `The IAM user ${user.name} in ${name} is not on the roster, and has ${keysText(keys.get(user.name))}.`,
      meaning:
        name === "auth"
          ? "Nothing of the stack binds a user there but the guard rail auth: what somebody gives it, it may do without MFA."
          : "The service control policy shuts it out without MFA; its keys stay, and work where the policy is taken off.",
      remedy: `If nobody needs it, delete it in ${id}, after its keys, password and policies.`,
      command: `aws iam delete-user --user-name ${user.name}`,
      ...(isExempt && { accepted: { reason: `exempt by the settings: ${known.reason}`, until: known.until } }),
    };
  });
  if (!hasRootKey) return found;
  return [
    ...found,
    {
      ...{ name: nameOf("root-key", name), kind: "root-key", account: name },
      fact: `The root user of ${name} (${id}) has an access key.`,
      meaning: "It is the one key that no policy of the account itself binds.",
      remedy: "Sign in as that root user and delete it, or have the management account take root's credentials away.",
      command: "aws iam enable-organizations-root-credentials-management",
    },
  ];
}

function keysText(count: number | undefined): string {
  if (count === undefined) return "access keys that could not be counted";
  return count === 0 ? "no active access key" : `${count} active access key${count === 1 ? "" : "s"}`;
}

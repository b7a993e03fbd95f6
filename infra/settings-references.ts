import { type z } from "zod";

import { accessEndRoom, accountsNamed, sharedAccessEnd } from "./access-ends.ts";
import { exemptionsOf, isDay } from "./exemptions.ts";
import { roleNameOf, type RolesForm, sharedRoleName } from "./names.ts";
import { ownPolicyName } from "./own-policies.ts";
import { serviceControlPolicy, serviceControlPolicyQuota } from "./policies.ts";
import type { Settings } from "./settings.ts";

/** Quota from IAM User Guide, "IAM and AWS STS quotas". */
const tagsPerUser = 50;

/** The settings that refer to each other. */
interface Referring {
  authAccount: string;
  developmentAccounts: Record<string, string>;
  developers: Settings["developers"];
  rolePrefix: string;
  roles?: RolesForm | undefined;
  shutOut: string[];
  exempt: Record<string, { until: string; reason: string }>;
  accessRole: string;
  serviceControlPolicies: string[];
  tags: Record<string, string>;
  contact?: string | undefined;
  region?: string | undefined;
  accessKeys?: string | undefined;
  mfaMaxAge?: number | undefined;
  maxKeyAge?: number | undefined;
}

type Refuse = (path: string[], message: string, params?: Reference) => void;

/** A name in the settings that refers to nothing, and the names that exist. */
export interface Reference {
  given: string;
  known: string[];
}

/**
 * Checks what involves several keys: names that collide, accounts that do not exist, names that grow too long. Nothing is checked while a
 * key is wrong by itself, since further problems may come of that alone.
 */
export function checkReferences(settings: Referring, context: z.RefinementCtx): void {
  if (context.issues.length > 0) return;
  const refuse: Refuse = (path, message, params) => {
    context.addIssue({ code: "custom", path, message, ...(params && { params: { ...params } }) });
  };
  checkAccounts(settings, refuse);
  refuseTwins(settings.tags, (key, twin) => {
    refuse(["tags", key], `IAM takes no two tags that differ only by case, and "${twin}" is there already`);
  });
  for (const [index, entry] of settings.shutOut.entries()) {
    const [account = ""] = entry.split("/");
    if (!isAccount(settings, account)) refuseAccount(settings, account, ["shutOut", String(index)], refuse);
  }
  checkExemptions(settings, refuse);
  checkDevelopers(settings, refuse);
  checkReservedRoles(settings, refuse);
  checkPolicyFiles(settings, refuse);
}

/** Refuses developers' roles with the names of roles that the guard rails exempt or leave alone. */
function checkReservedRoles({ rolePrefix, roles, accessRole, developers }: Referring, refuse: Refuse): void {
  if (`${rolePrefix}-`.toLowerCase().startsWith("stacksets-exec-")) {
    refuse(
      ["rolePrefix"],
      "AWS's own roles are named stacksets-exec-…, and the guard rails exempt them; choose another prefix",
    );
    return;
  }
  const reserved = new Map([
    ["mfa-admin-ci-read", "the role by which CI reads the accounts"],
    [accessRole.toLowerCase(), "the access role, which the guard rails exempt"],
  ]);
  const sharedRole = sharedRoleName({ rolePrefix });
  const whoseShared = roles === "shared" ? reserved.get(sharedRole.toLowerCase()) : undefined;
  if (whoseShared !== undefined) {
    refuse(["rolePrefix"], `the developers' shared role would be ${sharedRole}, ${whoseShared}`);
    return;
  }
  for (const name of Object.keys(developers)) {
    const role = roleNameOf({ rolePrefix }, name);
    const whose = reserved.get(role.toLowerCase());
    if (whose !== undefined) refuse(["developers", name], `the role of ${name} would be ${role}, ${whose}`);
  }
}

/** Refuses files of one name: policies are named by their files, whatever the directory. */
function checkPolicyFiles({ serviceControlPolicies }: Referring, refuse: Refuse): void {
  const seen = new Map<string, string>();
  for (const [index, file] of serviceControlPolicies.entries()) {
    const name = ownPolicyName(file).toLowerCase();
    const twin = seen.get(name);
    const path = ["serviceControlPolicies", String(index)];
    if (twin === file) refuse(path, `"${file}" is named twice`);
    else if (twin !== undefined)
      refuse(path, `"${twin}" makes a policy of the same name, ${ownPolicyName(twin)}; rename one`);
    seen.set(name, file);
  }
}

function checkAccounts({ authAccount, developmentAccounts }: Referring, refuse: Refuse): void {
  const seen = new Map<string, string>();
  for (const [name, id] of Object.entries(developmentAccounts)) {
    const other = seen.get(id);
    if (id === authAccount) {
      refuse(["developmentAccounts", name], "this is the auth account; developers' roles live in other accounts");
    } else if (/^\d{12}$/.test(name) && name !== id) {
      refuse(["developmentAccounts", name], "this name is the id of another account; choose another name");
    } else if (other !== undefined) {
      refuse(["developmentAccounts", name], `this is the same account as "${other}"; name each account once`);
    }
    seen.set(id, name);
  }
}

function checkDevelopers(settings: Referring, refuse: Refuse): void {
  const { developers, developmentAccounts } = settings;
  refuseTwins(developers, (name, twin) => {
    refuse(["developers", name], `IAM takes no two names that differ only by case, and "${twin}" is there already`);
  });
  for (const [name, { accounts }] of Object.entries(developers)) {
    const tooLong = roleNameProblem(settings, name);
    if (tooLong !== undefined) refuse(["developers", name], tooLong);
    const named = Array.isArray(accounts) ? accounts : Object.keys(accounts ?? {});
    for (const [index, account] of named.entries()) {
      const path = ["developers", name, "accounts", Array.isArray(accounts) ? String(index) : account];
      if (["*", "all"].includes(account)) refuse(path, "leave accounts out for every development account");
      // With shared roles, an account's name in AWS Organizations is valid, too. The program looks it up.
      else if (settings.roles !== "shared" && !Object.hasOwn(developmentAccounts, account))
        refuseAccount(settings, account, path, refuse);
      else if (named.indexOf(account) !== index) refuse(path, `"${account}" is named twice`);
    }
  }
  checkTagCount(settings, refuse);
  checkAccessEnds(settings, refuse);
}

/** Refuses ends of a user's access that would not fit into the user's inline policy, beside what shuts a user out at once. */
function checkAccessEnds(settings: Referring, refuse: Refuse): void {
  if (settings.roles !== "shared") return;
  for (const [name, { accounts }] of Object.entries(settings.developers)) {
    // Every account has an id, whose length counts.
    const ids = Object.fromEntries(
      Object.keys(accountsNamed(accounts) ?? {}).map((account) => [account, "000000000000"]),
    );
    const { policies: [policy] = [] } = sharedAccessEnd(settings, name, ids);
    const { length } = policy === undefined ? "" : JSON.stringify(policy.policyDocument);
    if (length <= accessEndRoom) continue;
    refuse(
      ["developers", name, "accounts"],
      `the ends of this access would take ${length} characters, and IAM has room for ${accessEndRoom} on a user beside a lock; give fewer accounts an end of their own, or one until for all`,
    );
  }
}

/** Refuses users with too many tags. Only the user with the most is reported. */
function checkTagCount(settings: Referring, refuse: Refuse): void {
  const { developers, developmentAccounts, tags, region, accessKeys, mfaMaxAge, maxKeyAge } = settings;
  if (settings.roles === "shared") {
    checkSharedTagCount(settings, refuse);
    return;
  }
  const optional = [region !== undefined, accessKeys === "with-mfa", mfaMaxAge !== undefined, maxKeyAge !== undefined];
  const [own, given] = [3 + optional.filter(Boolean).length, Object.keys(tags).length];
  const counts = Object.entries(developers).map(([name, { accounts }]) => ({
    name,
    accounts: (Array.isArray(accounts) ? accounts : Object.keys(accounts ?? developmentAccounts)).length,
  }));
  const [most] = counts.sort((a, b) => b.accounts - a.accounts);
  if (most === undefined || most.accounts + own + given <= tagsPerUser) return;
  refuse(
    given > most.accounts ? ["tags"] : ["developers", most.name],
    `the user ${most.name} would need ${most.accounts + own + given} tags, and IAM takes ${tagsPerUser}: ${most.accounts} for the accounts, ${own} of the stack's own, and ${given} of tags`,
  );
}

/** Refuses users of a shared role with too many accounts: a tag names each of them, while one tag stands for every account. */
function checkSharedTagCount(settings: Referring, refuse: Refuse): void {
  const room = accountTagsRoom(settings);
  for (const [name, { accounts = [] }] of Object.entries(settings.developers)) {
    const { length } = Array.isArray(accounts) ? accounts : Object.keys(accounts);
    if (length <= room) continue;
    refuse(
      ["developers", name, "accounts"],
      `these are ${length} accounts, and a user's tags have room for ${room} here; leave accounts out: one tag stands for every account`,
    );
  }
}

/** The number of accounts that a user's tags can name beside the other tags. */
export function accountTagsRoom({
  tags,
  contact,
  region,
  accessKeys,
  mfaMaxAge,
  maxKeyAge,
}: Pick<Referring, "tags" | "contact" | "region" | "accessKeys" | "mfaMaxAge" | "maxKeyAge">): number {
  const optional = [
    ...[contact !== undefined, region !== undefined, accessKeys === "with-mfa"],
    ...[mfaMaxAge !== undefined, maxKeyAge !== undefined],
  ];
  // Two tags are always there: the role's name and the session's length.
  return tagsPerUser - 2 - optional.filter(Boolean).length - Object.keys(tags).length;
}

function checkExemptions(settings: Referring, refuse: Refuse): void {
  const seen = new Map<string, string>();
  const exemptions = exemptionsOf(settings);
  for (const { name, arn } of exemptions) {
    const [account = ""] = name.split("/");
    const twin = seen.get(arn);
    if (!isAccount(settings, account)) {
      refuseAccount(settings, account, ["exempt", name], refuse);
    } else if (account === settings.authAccount) {
      refuse(["exempt", name], "the policy is not on the auth account; its users are bound by their own policies");
    } else if (twin !== undefined) refuse(["exempt", name], `this is the same user as "${twin}"`);
    seen.set(arn, name);
  }
  if (!exemptions.every(({ until }) => isDay(until))) return;
  const { length } = JSON.stringify(serviceControlPolicy(exemptions));
  if (length > serviceControlPolicyQuota) {
    refuse(
      ["exempt"],
      `the service control policy would have ${length} characters, and AWS takes ${serviceControlPolicyQuota}; exempt fewer users`,
    );
  }
}

/** Whether a text is the name of an account in the settings, or an account's id. */
function isAccount({ developmentAccounts }: Referring, account: string): boolean {
  return Object.hasOwn(developmentAccounts, account) || /^\d{12}$/.test(account);
}

function refuseAccount({ developmentAccounts, roles }: Referring, given: string, path: string[], refuse: Refuse): void {
  const known = Object.keys(developmentAccounts);
  const named = Object.entries(developmentAccounts).find(([, id]) => id === given)?.[0];
  if (roles === "shared") {
    refuse(path, `"${given}" is not named in developmentAccounts; name it there, or write the account's id`);
    return;
  }
  const message = `"${given}" is not one of the development accounts (${known.join(", ")})`;
  if (named !== undefined) refuse(path, `${message}; it is the id of ${named}`);
  else refuse(path, message, { given, known });
}

/** Reports keys that differ only by case, each with the one before it. */
function refuseTwins(map: Record<string, unknown>, refuse: (key: string, twin: string) => void): void {
  const seen = new Map<string, string>();
  for (const key of Object.keys(map)) {
    const twin = seen.get(key.toLowerCase());
    if (twin !== undefined) refuse(key, twin);
    seen.set(key.toLowerCase(), key);
  }
}

export function roleNameProblem(settings: Pick<Referring, "rolePrefix" | "roles">, name: string): string | undefined {
  const roleName = roleNameOf(settings, name);
  return roleName.length > 64 ? `the role's name, ${roleName}, would be longer than IAM's 64 characters` : undefined;
}

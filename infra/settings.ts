import { z } from "zod";

import { tagPrefix } from "./assignment.ts";
import { exemptionsOf, isDay } from "./exemptions.ts";
import { roleNameOf } from "./names.ts";
import { serviceControlPolicy, serviceControlPolicyQuota } from "./policies.ts";

/**
 * The settings of one stack: the keys below `mfa-admin:` in `Pulumi.<stack>.yaml`.
 * One schema serves the Pulumi program, the CLI and the editor (as JSON Schema).
 */

/** The documented default that AWS Organizations gives the role it makes in every account it creates. */
const defaultAccessRole = "OrganizationAccountAccessRole";
export const administratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess";

/** Names that the stack gives to its own providers, beside one per development account. */
export const reservedAccountNames = ["management", "auth"];

const accountId = z.string().regex(/^\d{12}$/, "an AWS account id has exactly 12 digits");

const accountName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "an account's name is 1 to 32 lower-case letters, digits and hyphens")
  .refine((name) => !reservedAccountNames.includes(name), {
    message: `"management" and "auth" stand for those two accounts; choose another name`,
  });

/**
 * IAM allows 1 to 64 of these characters (IAM User Guide, "IAM and AWS STS quotas"). A role session name, which is the
 * user's name here, needs two at least (AWS STS API Reference, "AssumeRole").
 */
export const userName = z
  .string()
  .regex(/^[\w+=,.@-]{2,64}$/, "a user name is 2 to 64 letters, digits and any of + = , . @ _ - (IAM's rule)");

const organizationalUnitId = z
  .string()
  .regex(/^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$/, "an organizational unit's id looks like ou-abcd-11111111");

/** `arn:aws:iam::*:policy/NAME` stands for the policy of that name in whichever account the role is in. */
const managedPolicyArn = z
  .string()
  .regex(
    /^arn:aws:iam::(aws|\*|\d{12}):policy\/[\w+=,.@/-]{1,640}$/,
    "a managed policy's ARN looks like arn:aws:iam::aws:policy/AdministratorAccess, or arn:aws:iam::*:policy/NAME for each account's own",
  );

const roleNamePart = z
  .string()
  .regex(/^[\w+=.@-]{1,32}$/, "a role name prefix is 1 to 32 letters, digits and any of + = . @ _ -");

export const roleName = z
  .string()
  .regex(/^[\w+=,.@-]{1,64}$/, "a role's name is 1 to 64 letters, digits and + = , . @ _ -");

/** What a tag is made of (IAM User Guide, "Rules for tagging in IAM and AWS STS"). */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+@-]*$/u;
const tagCharacters = "letters, digits, spaces and any of _ . : / = + - @ (IAM's rule)";

const tagKey = z
  .string()
  .min(1, "a tag's key has 1 to 128 characters")
  .max(128, "a tag's key has 1 to 128 characters")
  .regex(tagText, `a tag's key is of ${tagCharacters}`)
  .refine((key) => !/^aws:/i.test(key), { message: "tags that begin with aws: are AWS's own" })
  .refine((key) => !key.toLowerCase().startsWith(tagPrefix), {
    message: `tags that begin with ${tagPrefix}, in any case, are the stack's own`,
  });

const tagValue = z
  .string()
  .max(256, "a tag's value has 256 characters at most")
  .regex(tagText, `a tag's value is of ${tagCharacters}`);

/** IAM User Guide, "IAM and AWS STS quotas". */
const tagsPerUser = 50;

/** A user of an account under the policy. IAM's names are the same in any case, and whatever the path. */
const shutOutEntry = z
  .string()
  .regex(
    /^(?:[a-z0-9][a-z0-9-]{0,31}|\d{12})\/(?:\*|[\w+=,.@-]{1,64})$/,
    "this is ACCOUNT/USER, ACCOUNT/root or ACCOUNT/*, with an account's name in these settings or its id",
  );

/** With the user's path: a condition of the policy names the user by the ARN. */
const exemptUser = z
  .string()
  .regex(
    /^(?:[a-z0-9][a-z0-9-]{0,31}|\d{12})\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
    "this is ACCOUNT/USER, or ACCOUNT/PATH/USER, with an account's name in these settings or its id",
  )
  .refine((name) => !name.endsWith("/root"), { message: "root is never exempt; delete its access keys" });

/** A day. Where it stands without quotes, the engine reads a time, and hands it over as Go writes it. */
const lastDay = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(?:T00:00:00Z| 00:00:00 \+0000 UTC)?$/, "this is a day, such as 2027-03-31")
  .transform((text) => text.slice(0, 10))
  .refine(isDay, { message: "there is no such day" });

const exemption = z.strictObject({
  until: lastDay.describe("The last day, YYYY-MM-DD, in UTC."),
  reason: z.string().min(1, "say why").max(256, "a reason has 256 characters at most").describe("Why, for reviewers."),
});

const developer = z
  .strictObject({
    accounts: z
      .array(z.string())
      .min(1, "name one account at least, or leave the key out for every development account")
      .optional()
      .describe("Names of the development accounts in which the developer has a role. Default: every one."),
  })
  .nullable()
  .transform((value) => value ?? {});

const passwordPolicy = z.strictObject({
  minimumPasswordLength: z.int().min(6).max(128).optional().describe("Characters, 6 to 128."),
  requireLowercaseCharacters: z.boolean().optional(),
  requireUppercaseCharacters: z.boolean().optional(),
  requireNumbers: z.boolean().optional(),
  requireSymbols: z.boolean().optional(),
  maxPasswordAge: z.int().min(1).max(1095).optional().describe("Days until a password expires, 1 to 1,095."),
  passwordReusePrevention: z.int().min(1).max(24).optional().describe("Former passwords that are refused, 1 to 24."),
});

/** AWS General Reference, "AWS service endpoints". */
const regionName = z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d{1,2}$/, "this is a region of AWS, such as eu-central-1");

export const settingsSchema = z
  .strictObject({
    organizationalUnits: z
      .array(organizationalUnitId)
      .min(1, "name one organizational unit at least, or nothing is protected")
      .describe("The organizational units to which the service control policy is attached."),
    authAccount: accountId.describe("The account that holds the developers' IAM users and nothing else."),
    developmentAccounts: z
      .record(accountName, accountId)
      .refine((accounts) => Object.keys(accounts).length > 0, { message: "name one development account at least" })
      .describe("A name for each development account, and its id."),
    developers: z
      .record(userName, developer)
      .nullish()
      .transform((value) => value ?? {})
      .describe("The roster: one IAM user per key."),
    accessRole: roleName
      .default(defaultAccessRole)
      .describe("The role that the management account assumes in the auth and the development accounts."),
    rolePrefix: roleNamePart
      .default("developer")
      .describe("The developers' roles are named by this prefix, a hyphen and the user's name."),
    permissions: z
      .array(managedPolicyArn)
      .max(10, "a role takes 10 managed policies (IAM's default quota)")
      .default([administratorAccess])
      .describe("The managed policies of the developers' roles."),
    permissionsBoundary: managedPolicyArn.optional().describe("The permissions boundary of the developers' roles."),
    sessionDuration: z
      .int()
      .min(3600)
      .max(43200)
      .default(43200)
      .describe("The longest session of a developer's role, in seconds, 3,600 to 43,200."),
    shutOut: z
      .array(shutOutEntry)
      .default([])
      .describe(
        "Who may be shut out although their key was used lately: ACCOUNT/USER, ACCOUNT/root, or ACCOUNT/* for everybody there; an account by its name here or its id.",
      ),
    exempt: z
      .record(exemptUser, exemption)
      .default({})
      .describe(
        "IAM users who go on without MFA until a day, by ACCOUNT/USER: a condition of the service control policy itself.",
      ),
    tags: z
      .record(tagKey, tagValue)
      .default({})
      .describe("Tags of the users, the roles and the service control policy."),
    contact: z
      .string()
      .regex(
        /^[\p{L}\p{N} _.:/=+@-]{1,256}$/u,
        "this must be 1 to 256 letters, digits, spaces and any of _ . : / = + - @",
      )
      .optional()
      .describe("Whom developers ask about access, such as an address; shown by enroll, login and the guide."),
    region: regionName
      .optional()
      .describe("The region of the profiles that developers get. What IAM and Organizations need stays as it is."),
    passwordPolicy: passwordPolicy
      .optional()
      .describe("The auth account's password policy. Managed only when given, through the AWS provider."),
    accountAlias: z
      .string()
      .regex(
        /^[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]$/,
        "an account alias is 3 to 63 lower-case letters, digits and hyphens",
      )
      .optional()
      .describe("The auth account's alias, part of its sign-in address. Managed only when given."),
  })
  .superRefine(checkReferences);

/** Settings as the program uses them: validated, with every default filled in. */
export type Settings = z.output<typeof settingsSchema>;

/** The keys that a stack file may have, in the order in which `init` writes them. */
export const settingsKeys = Object.keys(settingsSchema.shape);

/** The keys of what stands below one of them, where they are not names of somebody's choice. */
export const innerKeys: Partial<Record<string, string[]>> = {
  developers: ["accounts"],
  exempt: Object.keys(exemption.shape),
  passwordPolicy: Object.keys(passwordPolicy.shape),
};

/** Checks the settings of a stack; problems are told in the words of who edits the file. */
export function parseSettings(values: unknown): z.ZodSafeParseResult<Settings> {
  return settingsSchema.safeParse(values, { error: describeProblem });
}

/** Texts for what the schema has no own words for. */
export function describeProblem(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "unrecognized_keys") return "there is no such key";
  if (issue.code === "invalid_key") return issue.issues[0]?.message;
  if (issue.code !== "invalid_type") return undefined;
  if (issue.input === undefined) return "this key is missing";
  return `this must be ${kinds[issue.expected] ?? issue.expected}, not ${kinds[z.util.parsedType(issue.input)] ?? "that"}`;
}

const kinds: Partial<Record<string, string>> = {
  string: "text in quotes",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys and values",
  record: "a map of names and values",
  null: "empty",
};

/** Why IAM would refuse a user of this name, or the user's role; nothing when it would not. */
export function userNameProblem(settings: Pick<Settings, "rolePrefix">, name: string): string | undefined {
  const { error } = userName.safeParse(name);
  return error?.issues[0]?.message ?? roleNameProblem(settings, name);
}

function roleNameProblem(settings: Pick<Settings, "rolePrefix">, name: string): string | undefined {
  const roleName = roleNameOf(settings, name);
  return roleName.length > 64 ? `the role's name, ${roleName}, would be longer than IAM's 64 characters` : undefined;
}

/** What no single key can tell: names that collide, accounts that are not there, names that grow too long. */
function checkReferences(
  settings: {
    authAccount: string;
    developmentAccounts: Record<string, string>;
    developers: Record<string, { accounts?: string[] | undefined }>;
    rolePrefix: string;
    shutOut: string[];
    exempt: Record<string, z.output<typeof exemption>>;
    tags: Record<string, string>;
    region?: string | undefined;
  },
  context: z.RefinementCtx,
): void {
  const refuse = (path: string[], message: string): void => {
    context.addIssue({ code: "custom", path, message });
  };
  const seenAccounts = new Map<string, string>();
  for (const [name, id] of Object.entries(settings.developmentAccounts)) {
    const other = seenAccounts.get(id);
    if (id === settings.authAccount) {
      refuse(["developmentAccounts", name], "this is the auth account; developers' roles live in other accounts");
    } else if (other !== undefined) {
      refuse(["developmentAccounts", name], `this is the same account as "${other}"; name each account once`);
    }
    seenAccounts.set(id, name);
  }
  const seenTags = new Map<string, string>();
  for (const key of Object.keys(settings.tags)) {
    const twin = seenTags.get(key.toLowerCase());
    if (twin !== undefined) {
      refuse(["tags", key], `IAM takes no two tags that differ only by case, and "${twin}" is there already`);
    }
    seenTags.set(key.toLowerCase(), key);
  }
  const known = Object.keys(settings.developmentAccounts);
  for (const [index, entry] of settings.shutOut.entries()) {
    const [account = ""] = entry.split("/");
    if (known.includes(account) || /^\d{12}$/.test(account)) continue;
    refuse(["shutOut", String(index)], `"${account}" is not one of the development accounts (${known.join(", ")})`);
  }
  checkExemptions(settings, refuse);
  const seenUsers = new Map<string, string>();
  for (const [name, { accounts }] of Object.entries(settings.developers)) {
    const twin = seenUsers.get(name.toLowerCase());
    if (twin !== undefined) {
      refuse(["developers", name], `IAM takes no two names that differ only by case, and "${twin}" is there already`);
    }
    seenUsers.set(name.toLowerCase(), name);
    const tooLong = roleNameProblem(settings, name);
    if (tooLong !== undefined) refuse(["developers", name], tooLong);
    for (const [index, account] of (accounts ?? []).entries()) {
      if (!known.includes(account)) {
        refuse(
          ["developers", name, "accounts", String(index)],
          `"${account}" is not one of the development accounts (${known.join(", ")})`,
        );
      }
    }
    const tags =
      (accounts ?? known).length + (settings.region === undefined ? 3 : 4) + Object.keys(settings.tags).length;
    if (tags > tagsPerUser) {
      refuse(
        ["developers", name],
        `the user would need ${tags} tags, one per account among them, and IAM takes ${tagsPerUser}`,
      );
    }
    if (new Set(accounts).size !== (accounts ?? []).length) {
      refuse(["developers", name, "accounts"], "an account is named twice");
    }
  }
}

function checkExemptions(
  settings: {
    authAccount: string;
    developmentAccounts: Record<string, string>;
    exempt: Record<string, z.output<typeof exemption>>;
  },
  refuse: (path: string[], message: string) => void,
): void {
  const known = Object.keys(settings.developmentAccounts);
  const seen = new Map<string, string>();
  const exemptions = exemptionsOf(settings);
  for (const { name, arn } of exemptions) {
    const [account = ""] = name.split("/");
    const twin = seen.get(arn);
    if (!known.includes(account) && !/^\d{12}$/.test(account)) {
      refuse(["exempt", name], `"${account}" is not one of the development accounts (${known.join(", ")})`);
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

import * as z from "zod";

import { rolesForms, tagPrefix } from "./names.ts";
import { reservedAccountNames } from "./account-names.ts";
import { guardRailNames } from "./guard-rails.ts";
import type { OwnPolicy } from "./own-policies.ts";
import { dayProblem, isDay } from "./exemptions.ts";
import { untilForm, untilProblem } from "./until.ts";
import { checkReferences, roleNameProblem } from "./settings-references.ts";
import {
  atMost,
  describeProblem,
  listSetting,
  oncePerKey,
  shownValue,
  formedText,
  wanted,
  wholeNumber,
} from "./settings-words.ts";

/**
 * The settings of one stack: the keys below `mfa-admin:` in `Pulumi.<stack>.yaml`.
 * One schema serves the Pulumi program, the CLI and the editor (as JSON Schema).
 */

/** The default name of the role that AWS Organizations makes in every account that it creates, as documented. */
const defaultAccessRole = "OrganizationAccountAccessRole";
export const administratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess";

const accountId = formedText(/^\d{12}$/, "an AWS account id has exactly 12 digits", (given) => {
  const [id] = /(?<!\d)\d{12}(?!\d)/.exec(given.replace(/(?<=\d)[-\s_](?=\d)/g, "")) ?? [];
  return id === undefined ? undefined : `"${id}"`;
});

const accountName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,31}$/,
    "an account's name is 1 to 32 lower-case letters, digits and hyphens, and begins with no hyphen",
  )
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

const organizationalUnitId = formedText(
  /^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$/,
  "an organizational unit's id looks like ou-abcd-11111111, with 8 characters at least at its end",
  (given) => {
    if (/^r-[0-9a-z]{4,32}$/.test(given)) return "units below the root: the auth account is below the root, too";
    return /^(?:arn:.*\/)?(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/.exec(given.trim().toLowerCase())?.[1];
  },
);

/** A managed policy's ARN. `arn:aws:iam::*:policy/NAME` is the policy of that name in the account of each role. */
const managedPolicyArn = formedText(
  /^arn:aws:iam::(aws|\*|\d{12}):policy\/[\w+=,.@/-]{1,640}$/,
  "a managed policy's ARN looks like arn:aws:iam::aws:policy/AdministratorAccess, or arn:aws:iam::*:policy/NAME for each account's own",
);

const roleNamePart = formedText(
  /^[\w+=.@-]{1,32}$/,
  "a role name prefix is 1 to 32 letters, digits and any of + = . @ _ -",
);

/** `article` is the article's policy; `with-mfa` lets developers manage access keys with MFA alone. */
const accessKeyChoices = ["article", "with-mfa"] as const;

export const roleName = formedText(
  /^[\w+=,.@-]{1,64}$/,
  "a role's name is 1 to 64 letters, digits and + = , . @ _ -",
  (given) => {
    const [, path, name] = /^(?:arn:aws[\w-]*:iam::\d{12}:role)?\/?((?:.*\/)?)([\w+=,.@-]{1,64})$/.exec(given) ?? [];
    return path === "" ? name : name && "the name of a role without a path: policies tell the access role by its ARN";
  },
);

/** The characters of a tag (IAM User Guide, "Rules for tagging in IAM and AWS STS"). */
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
  .max(256, atMost(256, "a tag's value"))
  .regex(tagText, {
    error: ({ input }) => `a tag's value is of ${tagCharacters}, not ${shownValue(input)}`,
  });

/** A user of an account under the service control policy. IAM's user names are unique whatever their case and path. */
const shutOutEntry = formedText(
  /^[^/:\s]+\/(?:\*|[\w+=,.@-]{1,64})$/,
  "this must be ACCOUNT/USER, ACCOUNT/root or ACCOUNT/*, with an account's name in these settings or its id",
  (given) => {
    const [, id, user] = /^arn:aws[\w-]*:iam::(\d{12}):(?:user\/(?:.*\/)?)?([\w+=,.@-]+)$/.exec(given) ?? [];
    return id === undefined ? undefined : `${id}/${user ?? ""}`;
  },
);

/** The name includes the user's path: a condition of the policy names the user by the ARN. */
const exemptUser = z
  .string()
  .regex(
    /^[^/:\s]+\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
    "this must be ACCOUNT/USER, or ACCOUNT/PATH/USER, with an account's name in these settings or its id",
  )
  .refine((name) => !name.endsWith("/root"), { message: "root is never exempt; delete its access keys" });

/** A day. The engine reads one without quotes as a time, and passes it in Go's format. */
const lastDay = formedText(
  /^\d{4}-\d{2}-\d{2}(?:T00:00:00Z| 00:00:00 \+0000 UTC)?$/,
  "this must be a day, YYYY-MM-DD, such as 2027-03-31",
)
  .transform((given) => given.slice(0, 10))
  .refine(isDay, { error: ({ input }) => dayProblem(String(input)) ?? "" });

/** The last day of somebody's access, in UTC or with an offset; the engine's formats as above. */
const accessUntil = formedText(
  /^\d{4}-\d{2}-\d{2}(?:T00:00:00Z| 00:00:00 \+0000 UTC|Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/,
  `this must be ${untilForm}`,
)
  .transform((given) => given.replace(/[T ]00:00:00.*$/, ""))
  .refine((day) => untilProblem(day) === undefined, { error: ({ input }) => untilProblem(String(input)) ?? "" })
  .describe("The last day, YYYY-MM-DD, in UTC, or with an offset: 2027-01-31+09:00. From then on the policies refuse.");

const reason = z
  .string()
  .min(1, "say why in a few words")
  .max(256, atMost(256, "a reason"))
  .describe("Why, for reviewers.");

const exemption = z.strictObject(
  {
    until: lastDay.describe("The last day, YYYY-MM-DD, in UTC."),
    reason,
  },
  wanted("a map, such as { until: 2027-03-31, reason: mail until it has a role }"),
);

const acceptance = z.strictObject(
  {
    reason,
    until: lastDay.optional().describe("The last day, YYYY-MM-DD, in UTC; without it, for good."),
  },
  wanted("a map, such as { reason: the auditor's, until: 2027-03-31 }"),
);

const atLeastOne = "name one account at least, or leave the key out for every development account";
const accountsForm = wanted(
  "a list of development accounts, such as [sandbox], or a map, such as { sandbox: { until: 2027-01-31 } } (without the key: every one)",
);

const accountList = z.array(z.string(), accountsForm).min(1, atLeastOne);
const accountMap = z
  .record(
    z.string(),
    z.strictObject({ until: accessUntil.optional() }, wanted("a map, such as { until: 2027-01-31 }, or {}")),
    accountsForm,
  )
  .refine((accounts) => Object.keys(accounts).length > 0, { message: atLeastOne });

const developer = z.strictObject(
  {
    accounts: z
      .union([accountList, accountMap])
      .optional()
      .describe(
        "Names of the development accounts in which the developer has a role, as a list, or as a map with until when. Default: every one.",
      ),
    until: accessUntil.optional(),
  },
  wanted("a map, such as { accounts: [sandbox] }, or {} for every development account"),
);

const passwordPolicy = z.strictObject(
  {
    minimumPasswordLength: wholeNumber(6, 128, "characters").optional().describe("Characters, 6 to 128."),
    requireLowercaseCharacters: z.boolean().optional(),
    requireUppercaseCharacters: z.boolean().optional(),
    requireNumbers: z.boolean().optional(),
    requireSymbols: z.boolean().optional(),
    maxPasswordAge: wholeNumber(1, 1095, "days").optional().describe("Days until a password expires, 1 to 1,095."),
    passwordReusePrevention: wholeNumber(1, 24, "passwords")
      .optional()
      .describe("Former passwords that are refused, 1 to 24."),
  },
  wanted("a map, such as { minimumPasswordLength: 14 }"),
);

/** A region's code (AWS General Reference, "AWS service endpoints"). */
const regionName = formedText(
  /^[a-z]{2,}(-[a-z]+)+-\d$/,
  "this must be a region's code, such as ap-northeast-1 for Tokyo",
  (given) => /^([a-z]{2,}(?:-[a-z]+)+-\d)[a-z]?$/.exec(given.trim().toLowerCase().replace(/_/g, "-"))?.[1],
);

/** A path below the project's directory. The policy's name is `mfa-admin-own-` and the file's name. */
const policyFile = formedText(
  /^(?:[\w-][\w .-]*\/)*[\w-][\w.-]{0,63}\.json$/,
  "a policy's file is a path below the project's directory, such as policies/region.json, with a name of letters, digits and any of _ . - before .json",
  (given) => /^(?:\.[/\\])?((?:[\w-][\w .-]*[/\\])*[\w-][\w.-]{0,63}\.json)$/.exec(given)?.[1]?.replaceAll("\\", "/"),
);

const settingsObject = z.strictObject({
  organizationalUnits: listSetting(organizationalUnitId, "of ids, such as [ou-abcd-11111111]")
    .min(1, "name one organizational unit at least, or nothing is protected")
    .describe("The organizational units to which the service control policy is attached."),
  authAccount: accountId.describe("The account that holds the developers' IAM users and nothing else."),
  developmentAccounts: z
    .record(accountName, accountId, wanted('a map of names and account ids, such as { sandbox: "333333333333" }'))
    .refine((accounts) => Object.keys(accounts).length > 0, { message: "name one development account at least" })
    .describe("A name for each development account, and its id. With shared roles it may be left out."),
  developers: z
    .record(userName, developer, wanted("a map of user names, such as { alice: {}, bob: { accounts: [sandbox] } }"))
    .nullish()
    .transform((value) => value ?? {})
    .describe("The roster: one IAM user per key."),
  accessRole: roleName
    .default(defaultAccessRole)
    .describe("The role that the management account assumes in the auth and the development accounts."),
  rolePrefix: roleNamePart
    .default("developer")
    .describe(
      "The developers' roles are named by this prefix, a hyphen and the user's name; a shared role by the prefix alone.",
    ),
  roles: z
    .enum(rolesForms, {
      error: ({ input }) =>
        input === undefined ? undefined : `this must be per-developer or shared, not ${shownValue(input)}`,
    })
    .optional()
    .describe(
      "Whose the roles are: per-developer, each developer's own; shared, one in every account of the units, made by CloudFormation StackSets (docs/scale.md). Default: per-developer.",
    ),
  permissions: listSetting(managedPolicyArn, `of ARNs, such as [${administratorAccess}]`)
    .max(10, {
      error: ({ input }) => `a role takes 10 managed policies (IAM's default quota), not ${(input as []).length}`,
    })
    .default([administratorAccess])
    .describe("The managed policies of the developers' roles."),
  permissionsBoundary: managedPolicyArn.optional().describe("The permissions boundary of the developers' roles."),
  sessionDuration: wholeNumber(3600, 43200, "seconds")
    .default(43200)
    .describe("The longest session of a developer's role, in seconds, 3,600 to 43,200."),
  accessKeys: z
    .enum(accessKeyChoices, {
      error: ({ input }) =>
        input === undefined ? undefined : `this must be article or with-mfa, not ${shownValue(input)}`,
    })
    .optional()
    .describe(
      "Who makes, changes and deletes a developer's access keys: article, the developer without MFA too; with-mfa, with MFA alone, and no key enrols a device. Default: article.",
    ),
  // The minimum is GetSessionToken's shortest session, the maximum the console's longest.
  mfaMaxAge: wholeNumber(900, 43200, "seconds")
    .optional()
    .describe("How old MFA may be where a developer's role is assumed, in seconds, 900 to 43,200. Default: any age."),
  maxKeyAge: wholeNumber(1, 3650, "days")
    .optional()
    .describe("How old a developer's access key may be, in days, before it is told to be replaced. Default: any age."),
  shutOut: listSetting(shutOutEntry, "of users, such as [sandbox/smtp]")
    .default([])
    .describe(
      "Who may be shut out although their key was used lately: ACCOUNT/USER, ACCOUNT/root, or ACCOUNT/* for everybody there; an account by its name here or its id.",
    ),
  exempt: z
    .record(exemptUser, exemption, wanted("a map, such as { sandbox/smtp: { until: 2027-03-31, reason: mail } }"))
    .default({})
    .describe(
      "IAM users who go on without MFA until a day, by ACCOUNT/USER: a condition of the service control policy itself.",
    ),
  guardRails: listSetting(
    z.enum(guardRailNames, { error: `a guard rail is one of ${guardRailNames.join(", ")}` }),
    "of names, such as [roles, identities]",
  )
    .default([])
    .describe("What a developer's session cannot take away from the organization, by name (docs/guard-rails.md)."),
  trustedAccounts: listSetting(accountId, 'of account ids, such as ["999999999999"]')
    .default([])
    .describe(
      "Accounts outside of the organization whose principals may assume roles, despite the guard rail outsiders.",
    ),
  serviceControlPolicies: listSetting(policyFile, "of files, such as [policies/region.json]")
    .default([])
    .describe(
      "Service control policies of the organization's own: JSON files below the project's directory, for the same organizational units (docs/service-control-policies.md).",
    ),
  accepted: z
    .record(
      z.string(),
      acceptance,
      wanted("a map, such as { user/sandbox/smtp: { reason: mail until it has a role } }"),
    )
    .default({})
    .describe("What mfa-admin verify finds, and what is known and meant, by the finding's name (docs/verify.md)."),
  tags: z
    .record(tagKey, tagValue, wanted("a map of names and values, such as { team: payments }"))
    .default({})
    .describe("Tags of the users, the roles and the service control policy."),
  contact: formedText(
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
  accountAlias: formedText(
    /^[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]$/,
    "an account alias is 3 to 63 lower-case letters, digits and single hyphens between them",
  )
    .optional()
    .describe("The auth account's alias, part of its sign-in address. Managed only when given."),
});

export const settingsSchema = settingsObject.superRefine(checkReferences);

/** With shared roles `developmentAccounts` is optional: every account of the units counts, named or not. */
const sharedSchema = settingsObject
  .extend({ developmentAccounts: settingsObject.shape.developmentAccounts.default({}) })
  .superRefine(checkReferences);

/** Settings as the program uses them: validated, with every default filled in. */
export type Settings = z.output<typeof settingsSchema> & {
  /** The content of the files in `serviceControlPolicies`, where they were read. */
  ownPolicies?: OwnPolicy[] | undefined;
};

/** The keys that a stack file may have, in the order in which `init` writes them. */
export const settingsKeys = Object.keys(settingsSchema.shape);

/** The inner keys of settings whose values are objects with fixed keys, or maps of such objects. */
export const innerKeys: Partial<Record<string, string[]>> = {
  developers: ["accounts", "until"],
  exempt: Object.keys(exemption.shape),
  passwordPolicy: Object.keys(passwordPolicy.shape),
  accepted: Object.keys(acceptance.shape),
};

/** Checks the settings of a stack; messages are in the words of the person who edits the file. */
export function parseSettings(values: unknown): z.ZodSafeParseResult<Settings> {
  const isShared = typeof values === "object" && values !== null && "roles" in values && values.roles === "shared";
  const schema = isShared ? sharedSchema : settingsSchema;
  const result = schema.safeParse(values, { error: describeProblem, reportInput: true });
  if (result.success) return result;
  const issues = result.error.issues.flatMap(inOneForm);
  return { success: false, error: new z.ZodError(oncePerKey(issues)) as z.ZodError<Settings> };
}

/** The issues of a value that may be a list or a map, for the form that it has: a union reports both. */
function inOneForm(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const [list = [], map = []] = issue.errors;
  const isMap = typeof issue.input === "object" && issue.input !== null && !Array.isArray(issue.input);
  return (isMap ? map : list).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Why IAM would refuse a user of this name, or the user's role; undefined when it would not. */
export function userNameProblem(settings: Pick<Settings, "rolePrefix" | "roles">, name: string): string | undefined {
  const { error } = userName.safeParse(name);
  return error?.issues[0]?.message ?? roleNameProblem(settings, name);
}

import * as z from "zod";

import { changeSchema } from "./change.ts";
import { doctorSchema } from "./doctor.ts";
import { missedSchema } from "./missed.ts";
import { verifySchema } from "./verify.ts";

const time = z.string().describe("ISO 8601, in UTC.");

const access = z
  .strictObject({
    developer: z.string(),
    account: z.string().describe("The account's name in the settings."),
    accountId: z.string(),
    role: z.string().describe("The role's name."),
    permissions: z.array(z.string()).describe("ARNs of the role's managed policies."),
    permissionsBoundary: z.string().optional().describe("ARN of the role's permissions boundary."),
    sessionDuration: z.int().describe("The longest session, in seconds."),
    ends: time.optional().describe("When it ends, ISO 8601, in UTC; left out where it has no end."),
    stopped: z
      .enum(["locked", "cut off"])
      .optional()
      .describe("Nothing at all is allowed now: by lock, or since a removal was broken off."),
    lastUsedAt: time.optional().describe("The role's last use within 400 days, as IAM tells it."),
    inAws: z
      .enum(["as made", "differs", "not there", "not looked at"])
      .describe("Whether AWS has the role, and trusts and gives as the stack makes it."),
  })
  .describe("A role that somebody on the roster may take, with MFA, by the settings that are in force.");

const key = z.strictObject({
  active: z.boolean(),
  createdAt: time,
  lastUsedAt: time.optional().describe("Left out when never."),
  lastUsedService: z.string().optional(),
});

const person = z
  .strictObject({
    account: z.string().describe("auth, or a development account's name."),
    user: z.string().describe("The IAM user; root for the account's own."),
    standing: z.enum(["on the roster", "exempt", "not on the roster", "root user"]),
    inAws: z
      .enum(["there", "not there", "newer than the credential report", "not looked at"])
      .describe("What follows is known of those who are there."),
    createdAt: time.optional(),
    hasMfa: z.boolean().optional(),
    devices: z
      .array(z.enum(["virtual", "passkey or security key", "hardware token"]))
      .describe("The kinds of MFA devices, as far as AWS tells them: of the auth account's users."),
    hasPassword: z.boolean().optional(),
    passwordLastUsedAt: time.optional(),
    passwordLastChangedAt: time.optional(),
    keys: z.array(key).describe("The access keys, without any secret."),
    exemptUntil: z.string().optional().describe("The last day of an exemption, YYYY-MM-DD, in UTC."),
    locks: z
      .array(z.strictObject({ since: time, until: time.optional(), reason: z.string().optional() }))
      .describe("Locks in force: nothing at all is allowed to them."),
  })
  .describe("An IAM user or root user of the stack's accounts.");

const guard = z
  .strictObject({
    name: z.string().describe("mfa, the name of a guard rail, or that of a policy of the organization's own."),
    kind: z.enum(["mfa", "guard rail", "own policy"]),
    policy: z.string().optional().describe("The policy's name in AWS Organizations; left out where it is off."),
    accounts: z.array(z.string()).describe("Names of the accounts that it is to bind."),
    state: z
      .enum(["in force", "not in force", "off", "not looked at"])
      .describe("off: by the settings. not in force: above one of the accounts at least."),
    missing: z
      .array(z.string())
      .describe("Names of the accounts above which AWS does not have it as the stack makes it."),
  })
  .describe("A control policy, or the part of one.");

const { account, who, credentials, resource, expected, got, decidedBy, holds } = verifySchema.shape.lines.element.shape;

const matrixRow = z
  .strictObject({
    ...{ account, who, credentials, resource },
    actions: z.array(z.string()),
    ...{ expected, got, decidedBy, holds },
  })
  .describe(
    "What one caller may do on one resource, by AWS's policy simulator; actions that come out alike stand together.",
  );

const finding = z
  .strictObject({
    source: z.enum(["verify", "audit", "alarm"]).describe("alarm: what list, refresh and preview tell on top."),
    kind: z.string().describe("As the source has it, such as user, key-old or locked."),
    account: z.string().optional(),
    name: z.string().optional().describe("What it is called below accepted in the settings."),
    fact: z.string(),
    meaning: z.string().optional(),
    remedy: z.string().optional(),
    command: z.string().optional(),
    at: time.optional().describe("When it happened, or since when it is so."),
    counts: z.boolean().describe("Whether somebody has to see to it; false for what the settings allow."),
    accepted: z.strictObject({ reason: z.string(), until: z.string().optional() }).optional(),
  })
  .describe("What deserves attention.");

export const auditorReportSchema = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  madeAt: time,
  madeBy: z.string().describe("ARN of whoever has asked AWS."),
  organization: z.strictObject({ id: z.string(), managementAccount: z.string() }),
  accounts: z.array(
    z.strictObject({
      name: z.string().describe("auth, or a development account's name."),
      id: z.string(),
      reached: z.boolean().describe("Whether its users and roles could be read."),
    }),
  ),
  commit: z
    .strictObject({
      id: z.string(),
      changed: z.boolean().describe("Whether the settings that were read differ from what the commit has."),
    })
    .optional()
    .describe("Left out where the settings are in no git repository."),
  credentialReportAt: time.optional().describe("When AWS made the oldest of the credential reports."),
  clean: z.boolean().describe("Whether no finding counts, nothing has drifted and nothing is pending."),
  complete: z.boolean().describe("Whether everything could be looked at."),
  promises: verifySchema.shape.promises.optional().describe("What verify has proven; left out where it could not run."),
  access: z.array(access),
  people: z.array(person),
  guards: z.array(guard),
  findings: z.array(finding),
  drift: z.array(changeSchema).optional().describe("What differs in AWS; left out where it could not be looked at."),
  pending: z.array(changeSchema).optional().describe("What up would change; left out where it could not be looked at."),
  checks: doctorSchema.shape.checks.describe("Organization, accounts, quotas and state, as doctor tells them."),
  matrix: z.array(matrixRow),
  compared: verifySchema.shape.compared,
  missed: missedSchema,
});

export type AuditorReport = z.infer<typeof auditorReportSchema>;
export type AccessRow = AuditorReport["access"][number];
export type PersonRow = AuditorReport["people"][number];
export type GuardRow = AuditorReport["guards"][number];
export type FindingRow = AuditorReport["findings"][number];
export type MatrixRow = AuditorReport["matrix"][number];

import * as z from "zod";

import { missedSchema } from "./missed.ts";

export const auditKinds = [
  ...["no-mfa", "device-without-codes", "password-unchanged", "key-old", "key-unused", "two-keys", "root-key"],
  ...["quarantine", "not-on-roster", "not-in-aws"],
  ...["call-without-mfa", "device-outside-console", "trust-changed", "session-name"],
] as const;

const finding = z.strictObject({
  kind: z.enum(auditKinds),
  account: z.string().describe("auth, or a development account's name."),
  who: z.string().describe("The IAM user, root, or who made the call."),
  fact: z.string(),
  counts: z.boolean().describe("Whether --exit-code goes by it; what the settings allow is told all the same."),
  at: z.string().optional().describe("When it happened last, or since when it is so, ISO 8601."),
  event: z.string().optional().describe("CloudTrail's id of the last event."),
});

export const auditSchema = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  clean: z.boolean().describe("Whether no finding counts."),
  complete: z.boolean().describe("Whether everything could be looked at."),
  users: z.number().describe("IAM users that were looked at, in every account."),
  reportedAt: z.string().optional().describe("When AWS made the oldest of the credential reports, ISO 8601."),
  trail: z
    .strictObject({ since: z.string(), events: z.number() })
    .optional()
    .describe("With --cloudtrail: from when on, and how many events were read."),
  findings: z.array(finding),
  missed: missedSchema,
});

export type Audit = z.infer<typeof auditSchema>;
export type AuditFinding = z.infer<typeof finding>;
export type AuditKind = AuditFinding["kind"];

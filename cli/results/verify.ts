import * as z from "zod";

import { missedSchema } from "./missed.ts";

const decision = z.enum(["allowed", "denied"]);

const line = z.strictObject({
  account: z.string().describe("auth, or a development account's name."),
  who: z.string(),
  credentials: z
    .enum(["access key", "session without MFA", "session with MFA", "session with older MFA", "role session"])
    .describe(
      "What the request is signed by: of these, sessions with MFA alone carry it; older: than mfaMaxAge of the settings.",
    ),
  action: z.string(),
  resource: z.string(),
  expected: decision,
  got: decision.optional().describe("What AWS's simulator says; nothing where it could not be asked."),
  decidedBy: z
    .enum(["service control policy", "permissions boundary", "identity policy", "no policy allows it"])
    .optional()
    .describe("The kind of policy that denies."),
  holds: z.boolean(),
});

const live = z.strictObject({
  ...line.pick({ account: true, who: true, credentials: true, action: true, resource: true, expected: true }).shape,
  got: decision,
  words: z.string().describe("AWS's own."),
  holds: z.boolean(),
});

const compared = z.strictObject({
  account: z.string(),
  what: z.string().describe("The document, such as the trust policy of a role."),
  holds: z.boolean().describe("Whether AWS has it as the stack makes it."),
});

export const findingKinds = [
  ...["policy-type", "control-policy", "full-access", "account-outside", "matrix"],
  ...["role-for-anybody", "role-for-outsider", "role-for-provider", "role-without-mfa", "role-for-other-account"],
  ...["access-role", "developer-role", "stray-role", "role-permissions", "entry"],
  ...["user", "root-key", "provider", "developer-permissions", "developers-group", "developers-policy"],
  ...["identity-center", "live", "canary"],
] as const;

const finding = z.strictObject({
  name: z.string().describe("What it is called below accepted in the settings."),
  kind: z.enum(findingKinds),
  account: z.string().optional().describe("auth, or a development account's name."),
  fact: z.string(),
  meaning: z.string().describe("What it means for the promise."),
  remedy: z.string().describe("What to do."),
  command: z.string().optional().describe("What to run for it."),
  accepted: z
    .strictObject({ reason: z.string(), until: z.string().optional() })
    .optional()
    .describe("By the settings: known and meant. Nothing where it counts."),
});

export const verifySchema = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  holds: z.boolean().describe("Whether no finding counts."),
  complete: z.boolean().describe("Whether everything could be looked at."),
  promises: z.strictObject({
    simulated: z.number().describe("Lines of the matrix, each by AWS's own simulator."),
    compared: z.number().describe("Documents in AWS, each with what the stack makes of the settings."),
    searched: z.number().describe("Kinds of side doors that were looked for, in each account."),
    tried: z.number().optional().describe("With --live: calls that were really tried without MFA."),
  }),
  findings: z.array(finding),
  missed: missedSchema,
  notFound: z.array(z.string()).describe("What is accepted by the settings and not found any more."),
  lines: z.array(line),
  live: z.array(live).optional().describe("With --live: what was really tried, by the keys of canaries without MFA."),
  removed: z.array(z.string()).optional().describe("ACCOUNT/USER of canaries that a run which died had left."),
  compared: z.array(compared),
});

export type Verification = z.infer<typeof verifySchema>;
export type Finding = z.infer<typeof finding>;
export type FindingKind = (typeof findingKinds)[number];
/** A line of the matrix. */
export type MatrixLine = z.infer<typeof line>;
/** A call that a canary has made. */
export type LiveLine = z.infer<typeof live>;
export type Compared = z.infer<typeof compared>;

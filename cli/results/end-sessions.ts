import * as z from "zod";

export const notEnded = z
  .array(
    z.strictObject({
      account: z.string(),
      accountId: z.string(),
      reason: z.string().describe("AWS's own words."),
      until: z.string().describe("When the last session that may be open there ends by itself, ISO 8601."),
    }),
  )
  .describe("Accounts in which sessions could not be ended.");

export const sharedSessions = z
  .union([
    z.strictObject({
      before: z.string().describe("Sessions that were made before it have ended, ISO 8601."),
      inForce: z.string().describe("When AWS had taken the policy that ends them, ISO 8601."),
    }),
    z.strictObject({
      reason: z.string().describe("Why they were not ended, in AWS's words."),
      until: z.string().describe("When the last of them ends by itself, ISO 8601."),
    }),
  ])
  .describe(
    "Sessions of the role that developers share, in all accounts; left out where roles are each developer's own.",
  );

export const sessionsSchema = z.strictObject({
  userName: z.string(),
  authAccount: z.string().describe("The id of the account that holds the user."),
  found: z.boolean().describe("False when that account has no such user."),
  before: z.string().describe("Sessions that were made before this time are ended, ISO 8601."),
  ownRefused: z
    .string()
    .optional()
    .describe("Why the user's own sessions could not be ended, in AWS's words; left out where they were."),
  sessions: z.array(z.string()).describe("Names of the accounts in which sessions of the role were ended."),
  unreached: notEnded,
  sharedSessions: sharedSessions.exactOptional(),
});

/** The sessions of a developer that were ended. */
export type EndedSessions = z.infer<typeof sessionsSchema>;
export type AccountNotEnded = z.infer<typeof notEnded>[number];

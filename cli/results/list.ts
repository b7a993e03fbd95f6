import * as z from "zod";

import { accessKeySchema } from "./credentials.ts";

const rosterEntry = z.strictObject({
  userName: z.string(),
  accounts: z.array(z.string()).describe("Names of the accounts in which the developer has a role."),
  everyAccount: z.literal(true).optional().describe("The developer enters every account by a shared role."),
  end: z.string().optional().describe("When the access of one who enters every account ends, ISO 8601."),
  ends: z.record(z.string(), z.string()).optional().describe("When access to an account ends, ISO 8601, by its name."),
});

const statusSchema = z.strictObject({
  userName: z.string(),
  exists: z.boolean().describe("False when the user is in the roster but not in AWS (yet)."),
  hasPassword: z.boolean(),
  mfaDevices: z.array(z.string()).describe("Serial numbers of the MFA devices."),
  accessKeys: z.array(accessKeySchema),
  passwordLastUsedAt: z.string().optional().describe("The last sign-in to the console with the password, ISO 8601."),
});

const denied = z.strictObject({
  resource: z.strictObject({ account: z.string(), type: z.string(), name: z.string() }),
  policies: z.array(z.string()),
  quarantine: z.boolean().describe("By AWS, for a key that was found in public."),
});

const row = z.strictObject({
  ...rosterEntry.shape,
  ...statusSchema.omit({ userName: true }).partial().shape,
  denied: z.array(denied).optional().describe("Policies that only deny, on the user and the roles."),
  notApplied: z
    .array(z.string())
    .optional()
    .describe("Accounts in which the role is still to be made by up; empty where the user alone is missing."),
  locks: z
    .array(
      z.strictObject({
        all: z.boolean().describe("Whether by lock --all."),
        since: z.string().describe("ISO 8601."),
        until: z.string().optional().describe("When it ends by itself, ISO 8601."),
        reason: z.string().optional(),
      }),
    )
    .optional()
    .describe("Locks in force: nothing at all is allowed to them."),
  cutOff: z.literal(true).optional().describe("A removal was broken off: nothing at all is allowed to them."),
});

const accountRow = z
  .strictObject({
    account: z.string().describe("The name that stands for the account."),
    accountId: z.string(),
    awsName: z.string().describe("Its name in AWS Organizations."),
    role: z
      .enum(["current", "pending", "failed", "suspended", "missing"])
      .describe("The shared role there: as the settings say, on its way, failed, not possible, or not begun."),
    drifted: z.boolean().describe("Whether AWS has found the role changed outside the stack set, when it last looked."),
    reason: z.string().optional().describe("AWS's reason, where it failed."),
  })
  .describe("An account of a shared role.");

export const listSchema = z
  .union([z.array(row), z.array(accountRow)])
  .describe(
    "Each developer; with --roster, what the roster says alone; with --accounts, each account of a shared role.",
  );

/** A developer on the roster, with the status in IAM if it was asked for. */
export type DeveloperRow = z.infer<typeof row>;
/** An account, and the shared role there. */
export type AccountRow = z.infer<typeof accountRow>;
/** The status of a developer in IAM. */
export type DeveloperStatus = z.infer<typeof statusSchema>;

import * as z from "zod";

const profileSchema = z.strictObject({
  profile: z.string().describe("The AWS profile that holds the session."),
  account: z.string().describe("The account's name."),
  expires: z.string().describe("ISO 8601."),
});

export const loginSchema = z.array(
  z.strictObject({
    ...profileSchema.shape,
    roleArn: z.string(),
    chained: z.boolean().describe("Made by way of a session of the developer's own; it lasts an hour at most."),
  }),
);

export const logoutSchema = z.array(profileSchema).describe("The profiles that were removed.");

export const consoleSchema = z.strictObject({
  account: z.string(),
  address: z
    .string()
    .optional()
    .describe("Good for 15 minutes, and as good as the session; left out where a browser was opened."),
});

export const assignmentSchema = z
  .strictObject({
    userName: z.string(),
    authAccount: z.string().describe("The id of the account that holds the user."),
    roleName: z.string().describe("The name of the developer's role, the same in every account."),
    sessionDuration: z.int().describe("The role's longest session, in seconds."),
    accounts: z.record(z.string(), z.string()).describe("The ids of the accounts with the role, by name."),
    sharedRole: z.literal(true).exactOptional().describe("The role is not the developer's own."),
    everyAccount: z
      .literal(true)
      .exactOptional()
      .describe("The role is in every account of the organization's units, besides those that are named."),
    contact: z.string().exactOptional().describe("Whom to ask about access."),
    region: z.string().exactOptional().describe("The region of the developer's profiles."),
    accessKeys: z
      .literal("with-mfa")
      .exactOptional()
      .describe("Access keys are made, changed and deleted with MFA alone."),
    maxKeyAge: z.int().exactOptional().describe("How old the access key may be, in days."),
    mfaMaxAge: z.int().exactOptional().describe("How old MFA may be where the role is assumed, in seconds."),
  })
  .describe("What a developer has to know of the organization to log in.");

const loginInAws = z.strictObject({
  ...profileSchema.shape,
  profile: z
    .string()
    .optional()
    .describe(
      "The profile that has it; left out for a session that is remembered alone, for the profiles that share it.",
    ),
  live: z.boolean().optional().describe("Whether AWS takes the session; left out where AWS could not be asked."),
  refused: z.string().optional().describe("Why not, in AWS's words."),
});

export const whoamiSchema = z.strictObject({
  userName: z.string(),
  authAccount: z.string(),
  accessKey: z.strictObject({
    id: z.string(),
    from: z.string(),
    tooOld: z.int().optional().describe("Its age in days, where it is older than the organization wants."),
  }),
  mfaDevices: z.array(z.string()).describe("Serial numbers."),
  assignment: assignmentSchema.optional().describe("Left out for a user to whom nothing is assigned (yet)."),
  logins: z.array(loginInAws).describe("What login has opened, expired profiles too."),
});

/** A profile that `login` has written. */
export type LoginProfile = z.infer<typeof profileSchema>;
export type LoginResult = z.infer<typeof loginSchema>;
export type ConsoleResult = z.infer<typeof consoleSchema>;
/** A session that `login` has opened, and AWS's word on it. */
export type LoginInAws = z.infer<typeof loginInAws>;
/** The owner of the access key. No secrets. */
export type WhoamiResult = z.infer<typeof whoamiSchema>;

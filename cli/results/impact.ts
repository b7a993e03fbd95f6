import * as z from "zod";

const row = z.strictObject({
  account: z.string().describe("Its name in the settings, else its id."),
  accountId: z.string(),
  who: z.string().describe("The IAM user, root, the role, or * for an account that could not be looked into."),
  by: z
    .enum(["access key", "password", "root access key", "service-specific credential", "role", "not looked into"])
    .describe("By what it is used; role: one that those who are shut out may assume today."),
  service: z.string().optional().describe("The service that it was last used for, or is for."),
  lastUsedAt: z.string().optional().describe("ISO 8601; left out when never, or when AWS does not tell."),
  lastUseUnknown: z.literal(true).optional().describe("AWS does not tell whether it was used at all."),
  consent: z
    .enum(["needed", "given once", "in the settings", "not needed"])
    .describe("Not needed for what was not used for 90 days, and for roles."),
});

export const impactSchema = z.array(row);

/** A principal that loses access without MFA, with one of the ways in which it has access today. */
export type ImpactRow = z.infer<typeof row>;

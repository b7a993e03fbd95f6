import * as z from "zod";

import { runSchema } from "./run.ts";

export const handoverSchema = z
  .strictObject({
    userName: z.string(),
    signInAddress: z.string(),
    roles: z.record(z.string(), z.string()).describe("ARNs of the roles, by the names of the accounts."),
    sharedRole: z
      .strictObject({
        name: z.string(),
        accounts: z.union([z.literal("every"), z.array(z.string())]).describe("The accounts' names."),
      })
      .exactOptional()
      .describe(
        "The role that developers share, and where it lets this one in; left out where roles are each developer's own.",
      ),
    guide: z.string().optional().describe("The file with the developer's page, where it was written."),
  })
  .describe("What an administrator hands to a developer who was just let in. No secrets.");

const added = z.array(z.string()).describe("The developers' names.");
export const commit = z
  .string()
  .optional()
  .describe("The file to commit and push, where the roster has changed in a git repository.");
export const pending = z.array(z.string()).describe("Other edits of the settings that are not applied yet, by name.");

export const addDeveloperSchema = z.discriminatedUnion("applied", [
  z.strictObject({ added, applied: z.literal(false).describe("With --no-up."), commit }),
  z.strictObject({
    added,
    applied: z.literal(true),
    ...runSchema.shape,
    developers: z.array(handoverSchema),
    pending,
    commit,
  }),
]);

/** The result of `reset-password`. */
export const resetPasswordSchema = z.array(handoverSchema);

export type ResetPasswordResult = z.infer<typeof resetPasswordSchema>;
export type Handover = z.infer<typeof handoverSchema>;
export type AddDeveloperResult = z.infer<typeof addDeveloperSchema>;

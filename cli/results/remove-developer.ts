import * as z from "zod";

import { commit, pending } from "./add-developer.ts";
import { runSchema } from "./run.ts";
import { notEnded, sharedSessions } from "./end-sessions.ts";

const cutOff = z
  .strictObject({
    userName: z.string(),
    found: z.boolean().describe("False when the auth account has no such user (any more)."),
    accessKeys: z.int(),
    password: z.boolean(),
    mfaDevices: z.int(),
    failed: z.array(
      z.strictObject({
        part: z.string().describe("What stays, such as: the access keys."),
        reason: z.string().describe("Why, in AWS's own words where AWS has refused it."),
      }),
    ),
    sessions: z
      .array(z.string())
      .describe("Names of the development accounts in which sessions of the developer's role were ended."),
    unreached: notEnded,
    sharedSessions: sharedSessions.exactOptional(),
  })
  .describe("What was ended of a developer's access, before anything was deleted.");

export const removeDeveloperSchema = z.strictObject({
  removed: z.array(z.string()),
  cutOff: z.array(cutOff),
  ...runSchema.shape,
  pending,
  commit,
});

export type DeveloperCutOff = z.infer<typeof cutOff>;
export type Removal = z.infer<typeof removeDeveloperSchema>;

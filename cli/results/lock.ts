import * as z from "zod";

import { sharedSessions } from "./end-sessions.ts";

const part = z.strictObject({
  developer: z.string(),
  account: z.string().describe("auth, or the account's name in the settings."),
  accountId: z.string(),
  type: z.enum(["user", "role"]),
  name: z.string(),
});

const refused = z
  .array(z.strictObject({ ...part.shape, what: z.string(), reason: z.string().describe("AWS's own words.") }))
  .describe("What AWS would not do.");

export const lockSchema = z.strictObject({
  all: z.boolean().describe("Whether everybody was to be locked."),
  since: z.string().describe("ISO 8601."),
  until: z.string().optional().describe("When the lock ends by itself, ISO 8601; left out: when it is taken off."),
  reason: z.string().optional(),
  locked: z.array(part).describe("The users and roles that carry the lock."),
  refused,
  sharedSessions: sharedSessions.exactOptional(),
});

const left = z.strictObject({
  developer: z.string(),
  policies: z.array(z.string()).describe("ARNs of managed policies, names of inline ones and of groups."),
  quarantine: z.boolean().describe("By AWS, for a key that was found in public."),
  locked: z.boolean().describe("Whether a lock of their own is among it."),
});

export const unlockSchema = z.strictObject({
  all: z.boolean().describe("Whether the lock of everybody was to be taken off."),
  unlocked: z.array(part).describe("The users and roles that carried a lock."),
  left: z.array(left).describe("What denies all the same, and was left there."),
  refused,
});

/** A developer's user, or a role of theirs. */
export type LockPart = z.infer<typeof part>;
export type RefusedPart = z.infer<typeof refused>[number];
export type LockResult = z.infer<typeof lockSchema>;
export type UnlockResult = z.infer<typeof unlockSchema>;

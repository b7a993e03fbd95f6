import * as z from "zod";

import { sessionsSchema } from "./end-sessions.ts";

export const accessKeySchema = z.strictObject({
  id: z.string(),
  active: z.boolean(),
  createdAt: z.string().describe("ISO 8601."),
  lastUsedAt: z.string().optional().describe("ISO 8601; left out when never."),
  lastUsedService: z.string().optional().describe("The service that the key was last used for, such as sts."),
  lastUseUnknown: z.literal(true).optional().describe("AWS does not tell whether it was used at all."),
});

const mfaDeviceSchema = z.strictObject({
  serialNumber: z.string(),
  kind: z.enum(["virtual", "passkey or security key", "hardware token"]),
  enabledAt: z
    .string()
    .optional()
    .describe("ISO 8601; left out for a virtual device that was made for the user and is not enabled (any more)."),
});

const endedSessions = sessionsSchema.optional().describe("With --end-sessions.");

export const resetMfaSchema = z.strictObject({
  userName: z.string(),
  removed: z.array(mfaDeviceSchema),
  endedSessions,
});

export const revokeKeysSchema = z.strictObject({
  userName: z.string(),
  revoked: z.array(
    accessKeySchema.extend({
      active: z.boolean().optional().describe("Left out where AWS refuses to list the keys, and --key names one."),
      createdAt: z.string().optional().describe("ISO 8601; left out where AWS refuses to list the keys."),
    }),
  ),
  endedSessions,
});

/** The state of an access key, for an administrator. */
export type AccessKeyStatus = z.infer<typeof accessKeySchema>;
export type ResetMfaResult = z.infer<typeof resetMfaSchema>;
export type RevokeKeysResult = z.infer<typeof revokeKeysSchema>;

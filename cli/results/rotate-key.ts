import * as z from "zod";

export const rotateKeySchema = z.strictObject({
  accessKeyId: z.string().describe("The key that is in the profile now."),
  oldKeyId: z.string(),
  oldKey: z.enum(["inactive", "deleted"]),
  deletedFrom: z.string().optional().describe("From when on another run deletes the old key, ISO 8601."),
});

/** The result of a rotation. No secrets. */
export type RotatedKey = z.infer<typeof rotateKeySchema>;

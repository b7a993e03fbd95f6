import * as z from "zod";

const lockHolder = z.strictObject({
  username: z.string(),
  hostname: z.string(),
  pid: z.int(),
  timestamp: z.string(),
});

export const cancelSchema = z.strictObject({
  stack: z.string(),
  released: z.array(lockHolder).describe("Whose locks were released, as far as the state's place tells."),
});

/** The holder of a stack's lock, as Pulumi writes it into a lock file. */
export type LockHolder = z.infer<typeof lockHolder>;
export type CancelResult = z.infer<typeof cancelSchema>;

import * as z from "zod";

/** Things that a reading command could not read, in its result. */
export const missedSchema = z
  .array(z.strictObject({ what: z.string(), reason: z.string().describe("In AWS's words."), remedy: z.string() }))
  .describe("What could not be looked at.");

export type Missed = z.infer<typeof missedSchema>[number];

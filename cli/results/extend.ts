import * as z from "zod";

import { runSchema } from "./run.ts";

export const extendSchema = z.strictObject({
  userName: z.string(),
  account: z.string().optional().describe("The account whose access is meant; left out: all of it."),
  until: z.string().describe("The last day, as it was given."),
  end: z.string().describe("ISO 8601, in UTC."),
  applied: z.boolean().describe("False with --no-up: only the roster was edited."),
  ...runSchema.partial().shape,
});

/** The result of `extend`: whose access was extended, and until when. */
export type ExtendResult = z.infer<typeof extendSchema>;

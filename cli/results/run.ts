import * as z from "zod";

import { changeSchema } from "./change.ts";

export const runSchema = z.strictObject({
  changes: z.array(changeSchema).describe("What was changed, in the order in which it was done."),
  unchanged: z.int().describe("Resources that stay as they are."),
  seconds: z.number(),
});

/** The result of a finished run. */
export type RunResult = z.infer<typeof runSchema>;

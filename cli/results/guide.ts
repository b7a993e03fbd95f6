import * as z from "zod";

import { assignmentSchema } from "./login.ts";

export const guideSchema = z.strictObject({
  assignment: assignmentSchema,
  signInAddress: z.string(),
  page: z.string().describe("The page itself, in markdown."),
});

export type GuideResult = z.infer<typeof guideSchema>;

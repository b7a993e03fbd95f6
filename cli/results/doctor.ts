import * as z from "zod";

import { impactSchema } from "./impact.ts";

const check = z.strictObject({
  name: z.string().describe("What is looked at, such as pulumi or access-role."),
  account: z.string().optional().describe("auth, or a development account's name."),
  level: z
    .enum(["ok", "warning", "failure", "unknown"])
    .describe("failure: up would be refused, or come to grief; unknown: it could not be looked at."),
  fact: z.string(),
  remedy: z.string().optional().describe("What to do."),
  command: z.string().optional().describe("What to run for it."),
});

export const doctorSchema = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  ready: z.boolean().describe("Whether nothing is a failure."),
  complete: z.boolean().describe("Whether everything could be looked at."),
  checks: z.array(check),
  impact: impactSchema.describe("Whom the next up shuts out; empty where nothing new is attached."),
});

export type Diagnosis = z.infer<typeof doctorSchema>;
/** One line of the diagnosis. */
export type Check = z.infer<typeof check>;

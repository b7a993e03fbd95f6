import * as z from "zod";

import { missedSchema } from "./missed.ts";

const row = z.strictObject({
  at: z.string().describe("When it began, or was committed or called, ISO 8601."),
  who: z.string().describe("The person or the job that ran it; of a commit its author."),
  what: z.string().describe("The command, the commit's title, or the call of AWS."),
  whom: z.array(z.string()).describe("The developers whom it concerned."),
  source: z.enum(["state", "git", "cloudtrail"]),
  adds: z.array(z.string()).optional().describe("Developers who came in."),
  removes: z.array(z.string()).optional().describe("Developers who went."),
  changes: z.array(z.string()).optional().describe("Developers of whom the roster says something else since."),
  settings: z.array(z.string()).optional().describe("Keys of other settings that were changed."),
  failed: z.literal(true).optional().describe("The run did not come to its end."),
  commit: z.string().optional().describe("Of git: the commit; of a run: the one that was checked out."),
  job: z.string().optional().describe("The address of the CI job that ran it."),
  account: z.string().optional().describe("Of CloudTrail: in which account, by its name."),
  event: z.string().optional().describe("CloudTrail's id of the event."),
});

export const historySchema = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  since: z.string().describe("From when on it was looked for, ISO 8601."),
  complete: z.boolean().describe("Whether everything could be looked at."),
  older: z.number().describe("How many more rows there are that --limit has left out."),
  rows: z.array(row).describe("The latest first."),
  missed: missedSchema,
});

export type History = z.infer<typeof historySchema>;
export type HistoryRow = z.infer<typeof row>;

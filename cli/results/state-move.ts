import * as z from "zod";

const movedStack = z.strictObject({
  stack: z.string(),
  resources: z.int(),
  keptAs: z.string().describe("The name under which the old place still has it."),
});

export const stateMoveSchema = z.strictObject({
  from: z.string(),
  to: z.string(),
  organization: z.string().optional(),
  stacks: z.array(movedStack),
  files: z.array(z.string()).describe("The files that were edited, and have to be committed."),
  warnings: z.array(z.string()).describe("What the administrator should know of the new place."),
});

export type MovedStack = z.infer<typeof movedStack>;
export type Move = z.infer<typeof stateMoveSchema>;

import * as z from "zod";

export const errorSchema = z
  .strictObject({ error: z.strictObject({ message: z.string(), remedy: z.string().optional() }) })
  .describe("What any command prints where there is no result.");

export type ErrorResult = z.infer<typeof errorSchema>;

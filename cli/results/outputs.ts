import * as z from "zod";

export const outputsSchema = z.record(z.string(), z.unknown()).describe("The stack's outputs, by name.");

export type OutputsResult = z.infer<typeof outputsSchema>;

import { Ajv2020 } from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";

export const schemaFile = "schemas/preview.schema.json";

const schema = JSON.parse(readFileSync(new URL(`../../../${schemaFile}`, import.meta.url), "utf8")) as object;
const validate = new Ajv2020({ allErrors: true }).compile(schema);

/** @throws Error when a report is not what the published schema says */
export function requireValidReport(report: unknown): void {
  if (!validate(report)) throw new Error(`The report is not as ${schemaFile} says: ${JSON.stringify(validate.errors)}`);
}

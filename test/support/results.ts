import { readFileSync } from "node:fs";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** The schema of a command's `--json` output; `error` stands for the errors of all commands. */
export const schemaFile = (command: string): string => `schemas/${command.replaceAll(" ", "-")}.schema.json`;

const validators = new Map<string, ValidateFunction>();

function validatorOf(command: string): ValidateFunction {
  const known = validators.get(command);
  if (known !== undefined) return known;
  const schema = JSON.parse(readFileSync(new URL(`../../${schemaFile(command)}`, import.meta.url), "utf8")) as object;
  const validate = new Ajv2020({ allErrors: true }).compile(schema);
  validators.set(command, validate);
  return validate;
}

/** @throws Error when a command's result does not match its published schema */
export function requireValidResult(command: string, result: unknown): void {
  const validate = validatorOf(command);
  if (validate(result)) return;
  throw new Error(`What ${command} prints is not as ${schemaFile(command)} says: ${JSON.stringify(validate.errors)}`);
}

/** The same for the output of a run, where it was asked for JSON. */
export function requireValidOutput(args: string[], stdout: string): void {
  if (!args.includes("--json") && !/(^| )--format[ =]json( |$)/.test(args.join(" "))) return;
  const value = parsed(stdout);
  // A run that was killed may have printed nothing, or a part.
  if (value === undefined) return;
  const isError = typeof value === "object" && value !== null && "error" in value;
  const [first = "", second = ""] = args;
  requireValidResult(isError ? "error" : first === "state" ? `${first} ${second}` : first, value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { isDeepStrictEqual } from "node:util";

/** A policy document in the spelling of IAM, whatever its source. */
export interface SpelledDocument {
  Statement: Record<string, unknown>[];
  [element: string]: unknown;
}

/**
 * A policy document as IAM spells it, with a list of statements. The aws-native plugin reads documents back with keys in small first
 * letters, and a state may have a document as text. Anything that is no document has no statements.
 */
export function spelledDocument(document: unknown): SpelledDocument {
  const { Statement = [], ...rest } = spelled(parsed(document));
  const statements: unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  return { ...rest, Statement: statements.map(spelledStatement) };
}

function spelledStatement(statement: unknown): Record<string, unknown> {
  const inner = ["Condition", "Principal", "NotPrincipal"];
  return Object.fromEntries(
    Object.entries(spelled(statement)).map(([element, value]) => [
      element,
      inner.includes(element) && typeof value === "object" ? spelled(value) : value,
    ]),
  );
}

/** An object with IAM's spelling of its own keys. Condition keys, such as `aws:PrincipalArn`, are nested deeper and stay. */
export function spelled(value: unknown): Record<string, unknown> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.map(([key, item]: [string, unknown]) => [
      key === "aws" ? "AWS" : key.charAt(0).toUpperCase() + key.slice(1),
      item,
    ]),
  );
}

/** A value with the keys of policy documents in the spelling of the aws-native plugin, as it reads them back. Condition keys stay. */
export function readBackSpelling(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readBackSpelling);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => [
    key === "AWS" ? "aws" : key.includes(":") ? key : key.charAt(0).toLowerCase() + key.slice(1),
    readBackSpelling(item),
  ]);
  return Object.fromEntries(entries) as unknown;
}

function parsed(document: unknown): unknown {
  if (typeof document !== "string") return document;
  try {
    return JSON.parse(document);
  } catch {
    return { Text: document };
  }
}

/** Whether two policies say the same, whatever their spelling. */
export function isSameDocument(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(spelledDocument(one), spelledDocument(other));
}

/** Whether a policy has a statement that allows; some only deny. */
export function allowsAnything(document: unknown): boolean {
  return spelledDocument(document).Statement.some(({ Effect }) => Effect === "Allow");
}

/** Whether every statement of a policy denies. */
export function onlyDenies(document: unknown): boolean {
  const { Statement: statements } = spelledDocument(document);
  return statements.length > 0 && statements.every(({ Effect }) => Effect === "Deny");
}

/**
 * Whether a policy is the one that AWS attaches to a user whose access key was found in public (IAM User Guide, "AWS managed policies").
 */
export function isQuarantine(arn: string): boolean {
  return /^arn:aws[\w-]*:iam::aws:policy\/AWSCompromisedKeyQuarantine/.test(arn);
}

/** Whether an AWS managed policy only denies, told by its ARN: an account's authorization details do not have its document. */
export function deniesByName(arn: string): boolean {
  return isQuarantine(arn) || /^arn:aws[\w-]*:iam::aws:policy\/AWSDenyAll$/.test(arn);
}

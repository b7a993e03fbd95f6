/** A policy document in the spelling of IAM, whoever has written or read it. */
export interface SpelledDocument {
  Statement: Record<string, unknown>[];
  [element: string]: unknown;
}

/**
 * A policy document as IAM spells it, with a list of statements. What the aws-native plugin has read back from AWS has keys with
 * small first letters, and a state may have a document as its text. What is no document has no statements.
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

/** An object with IAM's spelling of its keys; the keys of a condition, such as `aws:PrincipalArn`, are deeper. */
export function spelled(value: unknown): Record<string, unknown> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.map(([key, item]: [string, unknown]) => [
      key === "aws" ? "AWS" : key.charAt(0).toUpperCase() + key.slice(1),
      item,
    ]),
  );
}

function parsed(document: unknown): unknown {
  if (typeof document !== "string") return document;
  try {
    return JSON.parse(document);
  } catch {
    return { Text: document };
  }
}

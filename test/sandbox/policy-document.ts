import { malformedPolicyDocument } from "./errors.ts";

export type PolicyStatement = Record<string, unknown>;

export interface PolicyDocument {
  Version?: string;
  Statement: PolicyStatement[];
}

/** Parses a policy document; a single statement becomes a list of one. A text that is no policy is refused. */
export function parseDocument(text: string): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformedPolicyDocument("Syntax errors in policy.");
  }
  if (typeof document !== "object" || document === null || !("Statement" in document)) {
    throw malformedPolicyDocument("Syntax errors in policy.");
  }
  const statements: unknown[] = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  if (!statements.every((statement) => typeof statement === "object" && statement !== null)) {
    throw malformedPolicyDocument("Syntax errors in policy.");
  }
  return { ...document, Statement: statements as PolicyStatement[] };
}

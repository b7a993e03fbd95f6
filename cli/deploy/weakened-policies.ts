import { isDeepStrictEqual } from "node:util";

import { type SpelledDocument, spelledDocument } from "../../infra/policy-documents.ts";

type Statement = SpelledDocument["Statement"][number];

/**
 * The Deny statements of a policy that no statement of the new policies covers: by Sid, or as "statement 2". Statements are
 * compared one by one, by their text. A denial that only two statements cover together counts as lost, and needs consent.
 *
 * @param before a policy document
 * @param now the documents that replace it, all together
 */
export function lostDenials(before: unknown, now: unknown[]): string[] {
  const denying = now.flatMap((document) => spelledDocument(document).Statement).filter(denies);
  return spelledDocument(before).Statement.flatMap((statement, index) => {
    if (!denies(statement) || denying.some((other) => covers(other, statement))) return [];
    return [typeof statement["Sid"] === "string" ? statement["Sid"] : `statement ${index + 1}`];
  });
}

const denies = ({ Effect }: Statement): boolean => Effect === "Deny";

/** Whether a Deny statement denies all that another one does. */
function covers(wide: Statement, narrow: Statement): boolean {
  return (
    coversElement(wide, narrow, "Action", (text) => text.toLowerCase()) &&
    coversElement(wide, narrow, "Resource", (text) => text) &&
    coversConditions(conditionsOf(wide), conditionsOf(narrow))
  );
}

/**
 * Whether the wide statement's Action, NotAction, Resource or NotResource covers the narrow one's. AWS compares actions without
 * case (IAM User Guide, "IAM JSON policy elements: Action").
 */
function coversElement(
  wide: Statement,
  narrow: Statement,
  element: "Action" | "Resource",
  folded: (text: string) => string,
): boolean {
  const [named, excepted] = [element, `Not${element}`];
  const list = (statement: Statement, key: string): string[] => listOf(statement[key]).map(folded);
  if (list(wide, named).includes("*")) return true;
  if (wide[named] !== undefined && narrow[named] !== undefined) {
    return allWithin(list(narrow, named), list(wide, named));
  }
  if (wide[excepted] !== undefined && narrow[excepted] !== undefined) {
    return allWithin(list(wide, excepted), list(narrow, excepted));
  }
  return false;
}

/** Whether each pattern matches only what one of the others matches. */
const allWithin = (patterns: string[], others: string[]): boolean =>
  patterns.every((pattern) => others.some((other) => isWithin(pattern, other)));

/** Whether `other` matches all that `pattern` does. The wildcards of `pattern` are treated as characters for `other` to match. */
function isWithin(pattern: string, other: string): boolean {
  const parts = other.split(/([*?])/).map((part) => {
    if (part === "*") return ".*";
    return part === "?" ? "[^*]" : part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join("")}$`, "s").test(pattern);
}

type Conditions = Map<string, string[]>;

/** The conditions' values by operator and key: "StringNotEquals aws:RequestedRegion". IAM ignores the case of both. */
function conditionsOf({ Condition = {} }: Statement): Conditions {
  const operators = Object.entries(Condition as Record<string, Record<string, unknown>>);
  return new Map(
    operators.flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => [`${operator} ${key}`.toLowerCase(), listOf(values).sort()] as const),
    ),
  );
}

/** Whether the wide statement applies wherever the narrow one does: all of its conditions have to be among the narrow one's. */
function coversConditions(wide: Conditions, narrow: Conditions): boolean {
  return [...wide].every(([name, values]) => {
    const others = narrow.get(name);
    if (others === undefined) return false;
    if (isDeepStrictEqual(values, others)) return true;
    // "Equals" needs one of its values to match, "NotEquals" none. Other operators, such as for numbers, dates and sets, are not
    // compared.
    if (/^(string|arn)(not)(equals|like)/.test(name)) return values.every((value) => others.includes(value));
    if (/^(string|arn)(equals|like)/.test(name)) return others.every((value) => values.includes(value));
    return false;
  });
}

function listOf(value: unknown): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

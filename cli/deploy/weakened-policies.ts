import { isDeepStrictEqual } from "node:util";

import { type SpelledDocument, spelledDocument } from "../../infra/policy-documents.ts";

type Statement = SpelledDocument["Statement"][number];

/**
 * The Deny statements of a policy that no other policy denies as much as: by their Sid, or as "statement 2". Statements are compared one
 * by one, by their text; what two of them deny together counts as lost, and has to be said to be meant.
 *
 * @param before a policy document
 * @param now those that take its place, all together
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

/** Actions or resources, or all but some. AWS compares actions without their case (IAM User Guide, "IAM JSON policy elements: Action"). */
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

/** Whether each pattern matches nothing but what one of the others matches. */
const allWithin = (patterns: string[], others: string[]): boolean =>
  patterns.every((pattern) => others.some((other) => isWithin(pattern, other)));

/** The wildcards of a pattern are matched as any other sign is, by those of the other one. */
function isWithin(pattern: string, other: string): boolean {
  const parts = other.split(/([*?])/).map((part) => {
    if (part === "*") return ".*";
    return part === "?" ? "[^*]" : part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join("")}$`, "s").test(pattern);
}

type Conditions = Map<string, string[]>;

/** The values by operator and key: "StringNotEquals aws:RequestedRegion". Operators and keys have no case in IAM. */
function conditionsOf({ Condition = {} }: Statement): Conditions {
  const operators = Object.entries(Condition as Record<string, Record<string, unknown>>);
  return new Map(
    operators.flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => [`${operator} ${key}`.toLowerCase(), listOf(values).sort()] as const),
    ),
  );
}

/** Whether one statement applies wherever the other one does: it may ask for less, and nothing else. */
function coversConditions(wide: Conditions, narrow: Conditions): boolean {
  return [...wide].every(([name, values]) => {
    const others = narrow.get(name);
    if (others === undefined) return false;
    if (isDeepStrictEqual(values, others)) return true;
    // Any of the values is enough, or none may be; what else there is, such as numbers, dates and sets, is not gone into.
    if (/^(string|arn)(not)(equals|like)/.test(name)) return values.every((value) => others.includes(value));
    if (/^(string|arn)(equals|like)/.test(name)) return others.every((value) => values.includes(value));
    return false;
  });
}

function listOf(value: unknown): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

import type { Operation } from "../changes/step.ts";
import { operations, operationWords } from "../changes/verbs.ts";
import type { StackResource } from "../changes/resource.ts";
import type { ReportKind } from "../results/report.ts";

/**
 * The report in one line: "Adds 1 developer, 2 roles; changes nothing else."
 *
 * @param others keys of other settings that differ, where the resources do not show their effect
 */
export function summaryOf(kind: ReportKind, resources: StackResource[], others: string[] = []): string {
  const verb = (operation: Operation): string =>
    operationWords[operation][kind === "up" ? "did" : kind === "drift" ? "is" : "will"];
  const parts = operations.flatMap((operation) => {
    const concerned = resources.filter((resource) => resource.operation === operation);
    if (concerned.length === 0) return [];
    const counts = countsOf(concerned.map(({ type }) => (kind === "drift" ? type : nounOf(type, operation))));
    return [kind === "drift" ? `${counts} ${verb(operation)}` : `${verb(operation)} ${counts}`];
  });
  if (parts.length === 0 && others.length === 0) return nothing(kind, resources.length);
  if (kind === "drift") return `Found in AWS: ${parts.join("; ")}.`;
  if (parts.length === 0) parts.push("the roster stays the same");
  if (others.length > 0) parts.push(`other settings change: ${others.join(", ")}`);
  else if (!resources.some(({ operation }) => operation === "update")) parts.push(`${verb("update")} nothing else`);
  const text = parts.join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function nothing(kind: ReportKind, count: number): string {
  if (kind === "roster") return "Nothing to do: the settings stay the same.";
  const all = count === 1 ? "the one resource is" : `all ${count} resources are`;
  if (kind === "drift") return `Nothing has drifted: ${all} as the state says.`;
  const what = kind === "up" ? "Nothing was to be done" : "Nothing to do";
  return `${what}: as far as the state knows, ${all} as the settings say; mfa-admin refresh looks at AWS.`;
}

/** A resource's noun: a user that is created or deleted counts as a developer. */
function nounOf(type: string, operation: Operation): string {
  return type === "user" && (operation === "create" || operation === "delete") ? "developer" : type;
}

/** Nouns that come first: people before shared resources. */
const first = ["developer", "user", "role"];

function countsOf(nouns: string[]): string {
  const counts = new Map<string, number>();
  for (const noun of [...first.filter((one) => nouns.includes(one)), ...nouns]) counts.set(noun, 0);
  for (const noun of nouns) counts.set(noun, (counts.get(noun) ?? 0) + 1);
  return [...counts].map(([noun, count]) => counted(count, noun)).join(", ");
}

/** A count with its noun: "1 role", "2 managed policies". */
export function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${grouped(count)} ${/[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

/** A number such as "1,234". `toLocaleString` would load all of a locale. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

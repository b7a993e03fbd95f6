import { isFew } from "../accounts-text.ts";
import type { PropertyChange, Change } from "../results/change.ts";

/** Marks a name or a value in a sentence, as the output format does. */
export type Mark = (text: string) => string;

/** Names in a sentence: the first few, and the number of the others. */
export function listed(names: string[], mark: Mark, most = 10): string {
  const shown = names.slice(0, names.length > most + 1 ? most : names.length).map(mark);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(", ")} and ${rest.toLocaleString("en")} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}` : shown.join("");
}

/** Resources in a sentence: "user `bob` in auth, role `developer-bob` in payments and sandbox". */
export function resourcesText(
  resources: { account: string; type: string; name: string }[],
  mark: Mark,
  accounts?: number,
): string {
  return [...Map.groupBy(resources, ({ type, name }) => `${type} ${mark(name)}`)]
    .map(([what, places]) => {
      const names = places.map(({ account }) => account);
      const isAll = names.length === accounts && !isFew(names.length);
      return `${what} in ${isAll ? `all ${accounts} accounts` : listed(names, mark)}`;
    })
    .join(", ");
}

export const policyName = (arn: string): string => arn.replace(/^.*:policy\/(.*\/)?/, "");

/** Words for properties whose names in AWS say less. */
const words: Partial<Record<string, string>> = {
  accessRole: "mfa-admin acts there as",
  assumeRolePolicyDocument: "trust policy",
  policyDocument: "policy",
  managedPolicyArns: "permissions",
  maxSessionDuration: "longest session in seconds",
  permissionsBoundary: "permissions boundary",
  roleName: "name",
  targetIds: "attached to",
  until: "access until",
};

/** The word for a property, or its name in AWS. */
export function propertyWord(property: string): string {
  return words[property] ?? property;
}

/** A property's change: "name `a` → `b`", "permissions − `a` + `b`". */
export function propertyText({ property, removed, added }: PropertyChange, mark: Mark): string {
  const same = removed.length + added.length === 0 ? ": the same in another order or form" : "";
  return `${propertyWord(property)}${exchangeText(removed, added, mark)}${same}`;
}

function exchangeText(removed: string[], added: string[], mark: Mark): string {
  const [was, is] = [removed, added].map((values) => values.map(mark).join(" "));
  if (removed.length === 1 && added.length === 1) return ` ${was ?? ""} → ${is ?? ""}`;
  return `${removed.length > 0 ? ` − ${was ?? ""}` : ""}${added.length > 0 ? ` + ${is ?? ""}` : ""}`;
}

/** What a resource keeps and loses when it is taken into the stack. */
export function takeoverTexts({ takeover }: Change, mark: Mark): string[] {
  if (takeover === undefined) return [];
  const { keeps, loses } = takeover;
  return [
    ...(keeps.length > 0 ? [`keeps ${keeps.map(mark).join(", ")}`] : []),
    loses.length > 0 ? `loses ${loses.map(mark).join(", ")}` : "loses nothing",
  ];
}

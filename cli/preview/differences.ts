import type { PropertyChange, ResourceChange, StatementChange } from "./schema.ts";

type Properties = Record<string, unknown>;

/** The properties that hold a policy document. */
const documents = ["policyDocument", "assumeRolePolicyDocument", "content"];

/**
 * What differs between two sets of a resource's properties: policy documents by their statements, lists by their items.
 *
 * @param among the properties to look at; all of them when left out
 */
export function differences(
  before: Properties,
  after: Properties,
  among: string[] = [...Object.keys(before), ...Object.keys(after)],
): Pick<ResourceChange, "properties" | "statements"> {
  const keys = [...new Set(among)].sort();
  return {
    properties: keys
      .filter((key) => !documents.includes(key))
      .map((property) => ({ property, ...exchanged(itemsOf(before[property]), itemsOf(after[property])) }))
      .filter(isDifferent),
    statements: documents
      .filter((key) => keys.includes(key))
      .flatMap((key) => statementChanges(before[key], after[key])),
  };
}

/** A list's items, or the one value; tags as "key=value". */
function itemsOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((item: unknown) => {
    if (typeof item !== "object" || item === null) return String(item);
    const { key, value: text, ...rest } = item as { key?: unknown; value?: unknown };
    const isTag = typeof key === "string" && typeof text === "string" && Object.keys(rest).length === 0;
    return isTag ? `${key}=${text}` : JSON.stringify(item);
  });
}

function exchanged(before: string[], after: string[]): Pick<PropertyChange, "removed" | "added"> {
  return {
    removed: before.filter((item) => !after.includes(item)),
    added: after.filter((item) => !before.includes(item)),
  };
}

const isDifferent = ({ removed, added }: Pick<PropertyChange, "removed" | "added">): boolean =>
  removed.length + added.length > 0;

type Statement = Map<string, string[]>;

/** The statements that two policy documents do not have in common, by Sid. */
function statementChanges(before: unknown, after: unknown): StatementChange[] {
  const [old, now] = [statementsOf(before), statementsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((sid) => {
    const [was, is] = [old.get(sid), now.get(sid)];
    const elements = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])]
      .map((element) => ({ element, ...exchanged(was?.get(element) ?? [], is?.get(element) ?? []) }))
      .filter(isDifferent);
    if (elements.length === 0) return [];
    return [{ sid, change: was === undefined ? "added" : is === undefined ? "removed" : "changed", elements }];
  });
}

/** A document's statements by Sid, or by their place where they have none. */
function statementsOf(document: unknown): Map<string, Statement> {
  const { Statement: given = [] } = spelled(parsed(document)) as { Statement?: Properties | Properties[] };
  const list = Array.isArray(given) ? given : [given];
  return new Map(
    list.map((statement, index) => {
      const { Sid: sid, ...elements } = spelled(statement);
      return [typeof sid === "string" ? sid : `#${index + 1}`, new Map(Object.entries(elements).flatMap(elementsOf))];
    }),
  );
}

/** IAM's spelling of an object's keys: what is read back from AWS comes with small first letters. */
function spelled(value: unknown): Properties {
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
    return { Statement: [{ Sid: "the whole document", Text: document }] };
  }
}

/** A condition is an element for each of its keys: `Condition Bool aws:MultiFactorAuthPresent`. */
function elementsOf([element, value]: [string, unknown]): [string, string[]][] {
  if (element === "Condition") {
    return Object.entries(spelled(value)).flatMap(([operator, keys]) =>
      Object.entries(keys as Properties).map(([key, values]): [string, string[]] => [
        `${element} ${operator} ${key}`,
        itemsOf(values),
      ]),
    );
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(spelled(value)).map(([kind, values]) => [`${element} ${kind}`, itemsOf(values)]);
  }
  return [[element, itemsOf(value)]];
}

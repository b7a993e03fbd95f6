import { spelled, spelledDocument } from "../../infra/policy-documents.ts";
import { exchanged, isDifferent, itemsOf } from "./exchange.ts";
import type { PolicyChange, StatementChange } from "../results/change.ts";

type Properties = Record<string, unknown>;

/** The properties that hold policy documents, with the kind of each; `policies` holds any number of documents, by name. */
const kinds: Record<string, PolicyChange["kind"]> = {
  policyDocument: "policy",
  content: "policy",
  assumeRolePolicyDocument: "trust policy",
  policies: "inline policy",
};

export const policyProperties = Object.keys(kinds);

/** The policies that differ in one of these properties, by their statements. */
export function policyChanges(property: string, before: unknown, after: unknown): PolicyChange[] {
  const kind = kinds[property] ?? "policy";
  const change = (old: unknown, now: unknown, name?: string): PolicyChange[] => {
    const statements = statementChanges(old, now);
    return statements.length === 0
      ? []
      : [{ kind, ...(name !== undefined && { name }), change: changeWord(old, now), statements }];
  };
  if (kind !== "inline policy") return change(before, after);
  const [was, is] = [inlinePolicies(before), inlinePolicies(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .sort()
    .flatMap((name) => change(was.get(name), is.get(name), name));
}

function inlinePolicies(value: unknown): Map<string, unknown> {
  const list: unknown[] = Array.isArray(value) ? value : [];
  return new Map(
    list.map((item) => {
      const { PolicyName: name, PolicyDocument: document } = spelled(item);
      return [typeof name === "string" ? name : "", document];
    }),
  );
}

type Elements = Map<string, string[]>;

/** The statements that two policy documents do not have in common, by Sid. */
function statementChanges(before: unknown, after: unknown): StatementChange[] {
  const [old, now] = [statementsOf(before), statementsOf(after)];
  // The elements beside the statements, such as Version, are compared only where both documents are there.
  if (old.size === 0 || now.size === 0) for (const statements of [old, now]) statements.delete(wholeDocument);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((sid) => {
    const [was, is] = [old.get(sid), now.get(sid)];
    const elements = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])]
      .sort((a, b) => rank(a) - rank(b))
      .map((element) => ({ element, ...exchanged(was?.get(element) ?? [], is?.get(element) ?? []) }))
      .filter(isDifferent);
    if (elements.length === 0) return [];
    const effect = (is ?? was)?.get("Effect")?.[0];
    return [
      {
        sid,
        change: changeWord(was, is),
        ...(effect !== undefined && { effect }),
        elements,
      },
    ];
  });
}

function changeWord(before: unknown, after: unknown): StatementChange["change"] {
  return before === undefined ? "added" : after === undefined ? "removed" : "changed";
}

/** The order in which a statement's elements are shown. */
const order = ["Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

function rank(element: string): number {
  const at = order.indexOf(element.split(" ")[0] ?? "");
  return at < 0 ? order.length : at;
}

const wholeDocument = "the whole document";

/** A document's statements by Sid, or by number where they have no Sid of their own; and the elements beside the statements. */
function statementsOf(document: unknown): Map<string, Elements> {
  const statements = new Map<string, Elements>();
  if (document === undefined || document === null) return statements;
  const { Statement: given, ...rest } = spelledDocument(document);
  for (const [index, { Sid: sid, ...elements }] of given.entries()) {
    const place = `#${index + 1}`;
    const name = typeof sid !== "string" || sid === "" ? place : statements.has(sid) ? `${sid} ${place}` : sid;
    statements.set(name, elementsOf(elements));
  }
  statements.set(wholeDocument, elementsOf(rest));
  return statements;
}

/** A condition is an element for each of its keys: `Condition Bool aws:MultiFactorAuthPresent`. */
function elementsOf(elements: Properties): Elements {
  return new Map(Object.entries(elements).flatMap(parts));
}

function parts([element, value]: [string, unknown]): [string, string[]][] {
  if (element === "Condition") {
    return Object.entries(value as Properties).flatMap(([operator, keys]) =>
      Object.entries(keys as Properties).map(([key, values]): [string, string[]] => [
        `${element} ${operator} ${key}`,
        itemsOf(values),
      ]),
    );
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(value as Properties).map(([kind, values]) => [`${element} ${kind}`, itemsOf(values)]);
  }
  return [[element, itemsOf(value)]];
}

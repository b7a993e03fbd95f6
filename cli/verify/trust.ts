/** The principals that a role's trust policy lets in, by its structure. Conditions are not evaluated, so doubtful cases are reported. */

import { spelledDocument } from "../../infra/policy-documents.ts";
import { isUniqueId } from "../deploy/trust.ts";

type Condition = Record<string, Record<string, unknown>>;

/** A principal that a trust policy allows something. */
export interface Trusted {
  kind: "anybody" | "aws" | "provider";
  /** The principal as in the document: an ARN, an account's id, `*`, or a provider. */
  principal: string;
  /** The account of an AWS principal. */
  accountId?: string;
  /** Whether it is a role, or a session of one. */
  isRole: boolean;
  /** Whether the request has to carry MFA. */
  withMfa: boolean;
  /** Whether the request has to come from the organization. */
  fromOrganization: boolean;
}

/** All principals that a trust policy lets in, except AWS services and deleted users and roles. */
export function trustedBy(document: unknown, organizationId: string): Trusted[] {
  const statements = spelledDocument(document).Statement;
  const deniesWithoutMfa = statements.some(isDenyWithoutMfa);
  return statements.flatMap((statement) => {
    if (statement["Effect"] !== "Allow") return [];
    const condition = (statement["Condition"] ?? {}) as Condition;
    const common = {
      withMfa: deniesWithoutMfa || asksForMfa(condition),
      fromOrganization: values(condition, /^StringEquals$/i, "aws:principalorgid").includes(organizationId),
    };
    return principalsIn(statement).map((one) => ({ ...one, ...common }));
  });
}

type Principal = Pick<Trusted, "kind" | "principal" | "accountId" | "isRole">;

const anybody = (principal: string): Principal => ({ kind: "anybody", principal, isRole: false });

function principalsIn({ Principal: given, NotPrincipal }: Record<string, unknown>): Principal[] {
  if (NotPrincipal !== undefined) return [anybody("everybody but some")];
  if (typeof given === "string") return [anybody(given)];
  return Object.entries((given ?? {}) as Record<string, string | string[]>).flatMap(([type, names]) =>
    [names].flat().flatMap((principal): Principal[] => {
      if (type === "Service" || isUniqueId(principal)) return [];
      if (type === "Federated") return [{ kind: "provider", principal, isRole: false }];
      if (principal === "*") return [anybody(principal)];
      const [, accountId = principal, rest = "root"] =
        /^arn:aws[\w-]*:(?:iam|sts)::(\d{12}):(.*)$/.exec(principal) ?? [];
      if (rest.startsWith("role/aws-service-role/")) return [];
      return [{ kind: "aws", principal, accountId, isRole: /^(assumed-)?role\//.test(rest) }];
    }),
  );
}

/** Whether a condition requires MFA. An IfExists operator does not: requests by a long-term key lack the condition key, and match. */
function asksForMfa(condition: Condition): boolean {
  const [present, age] = [
    values(condition, /^Bool$/i, "aws:multifactorauthpresent"),
    values(condition, /^NumericLessThan(Equals)?$/i, "aws:multifactorauthage"),
  ];
  return age.length > 0 || (present.length > 0 && present.every((value) => value === "true"));
}

function isDenyWithoutMfa({
  Effect,
  Principal: principal,
  Condition: given,
  Action,
}: Record<string, unknown>): boolean {
  const condition = (given ?? {}) as Condition;
  const actions = [(Action ?? []) as string | string[]].flat();
  return (
    Effect === "Deny" &&
    (principal === "*" || (principal as { AWS?: unknown } | undefined)?.AWS === "*") &&
    actions.some((action) => /^(\*|sts:(\*|assumerole\*?))$/i.test(action)) &&
    Object.values(condition).flatMap((keys) => Object.keys(keys)).length === 1 &&
    values(condition, /^BoolIfExists$/i, "aws:multifactorauthpresent").join() === "false"
  );
}

/** The values that a condition compares a key with, by the matching operators. */
function values(condition: Condition, operator: RegExp, key: string): string[] {
  return Object.entries(condition).flatMap(([name, keys]) =>
    operator.test(name)
      ? Object.entries(keys).flatMap(([one, value]) =>
          one.toLowerCase() === key ? [value].flat().map((item) => String(item).toLowerCase()) : [],
        )
      : [],
  );
}

import { malformedPolicyDocument } from "../errors.ts";
import { parseDocument, type PolicyDocument } from "../policy-document.ts";
import type { Role, User } from "./entities.ts";
import type { LocalAws } from "./local-aws.ts";
import type { Names } from "./names.ts";

const UNIQUE_ID = /^(AIDA|AROA)[A-Z2-7]{17}$/;
const ENTITY_ARN = /^arn:aws:iam::(\d{12}):(user|role)\/(?:.*\/)?([^/]+)$/;
const ROOT_ARN = /^arn:aws:iam::(\d{12}):root$/;

/**
 * A trust policy as IAM keeps it: users and roles by their unique ids. A principal that does not exist, or that is too
 * young to be known everywhere, is refused.
 */
export function storedTrustPolicy(aws: LocalAws, text: string): string {
  return JSON.stringify(withPrincipals(parseDocument(text), (principal) => storedPrincipal(aws, principal)));
}

/** A trust policy as it is read and evaluated: ids of entities that still exist are their ARNs again. */
export function shownTrustPolicy(aws: LocalAws, stored: string): string {
  return JSON.stringify(withPrincipals(parseDocument(stored), (principal) => shownPrincipal(aws, principal)));
}

function storedPrincipal(aws: LocalAws, principal: string): string {
  if (principal === "*" || principal.startsWith("arn:aws:sts::")) return principal;
  const accountId = /^\d{12}$/.test(principal) ? principal : ROOT_ARN.exec(principal)?.[1];
  if (accountId !== undefined) {
    if (aws.organization.anyAccount(accountId) === undefined) throw invalidPrincipal(principal);
    return `arn:aws:iam::${accountId}:root`;
  }
  const entity = UNIQUE_ID.test(principal) ? entityById(aws, principal) : entityByArn(aws, principal);
  if (entity === undefined) throw invalidPrincipal(principal);
  const ageSeconds = (aws.clock.now().getTime() - entity.created.getTime()) / 1000;
  if (ageSeconds < aws.consistencySeconds) throw invalidPrincipal(principal);
  return entity.id;
}

function shownPrincipal(aws: LocalAws, principal: string): string {
  return UNIQUE_ID.test(principal) ? (entityById(aws, principal)?.arn ?? principal) : principal;
}

function entityByArn(aws: LocalAws, arn: string): User | Role | undefined {
  const [, accountId, kind, name] = ENTITY_ARN.exec(arn) ?? [];
  if (accountId === undefined || name === undefined) return undefined;
  const account = aws.organization.anyAccount(accountId);
  const entity = kind === "user" ? account?.users.get(name) : account?.roles.get(name);
  return entity?.arn === arn ? entity : undefined;
}

function entityById(aws: LocalAws, id: string): User | Role | undefined {
  const { accounts, outsiders } = aws.organization;
  for (const account of [...accounts.values(), ...outsiders.values()]) {
    const entities: Names<User | Role> = id.startsWith("AIDA") ? account.users : account.roles;
    const entity = entities.find((candidate) => candidate.id === id);
    if (entity !== undefined) return entity;
  }
  return undefined;
}

function withPrincipals(document: PolicyDocument, replace: (principal: string) => string): PolicyDocument {
  return {
    ...document,
    Statement: document.Statement.map((statement) => {
      const principal = statement["Principal"];
      if (typeof principal !== "object" || principal === null || !("AWS" in principal)) return statement;
      const { AWS: named } = principal;
      const replaced = Array.isArray(named)
        ? named.map((one: unknown) => replace(String(one)))
        : replace(typeof named === "string" ? named : "");
      return { ...statement, Principal: { ...principal, AWS: replaced } };
    }),
  };
}

const invalidPrincipal = (principal: string) =>
  malformedPolicyDocument(`Invalid principal in policy: "AWS":"${principal}"`);

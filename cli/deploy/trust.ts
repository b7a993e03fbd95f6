import { spelledDocument } from "../../infra/policy-documents.ts";

/** The principals that a trust policy allows, as written: ARNs, ids, `*`, services, identity providers. */
export function principalsOf(document: unknown): string[] {
  return spelledDocument(document)
    .Statement.filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Principal, NotPrincipal }) => {
      if (NotPrincipal !== undefined) return ["everybody but some"];
      if (typeof Principal === "string") return [Principal];
      return Object.values((Principal ?? {}) as Record<string, string | string[]>).flat();
    });
}

/**
 * Whether a principal is outside of the accounts that manage the organization. A unique id stands for a deleted user or role, which
 * nobody can be any more, and is no stranger (IAM User Guide, "IAM identifiers").
 */
export function isStranger(principal: string, managers: string[]): boolean {
  if (managers.includes(principal) || isUniqueId(principal)) return false;
  return !new RegExp(`^arn:aws[\\w-]*:(iam|sts)::(${managers.join("|")}):`).test(principal);
}

/** Whether a principal is a unique id, which IAM shows for a deleted user or role (IAM User Guide, "IAM identifiers"). */
export function isUniqueId(principal: string): boolean {
  return /^A(ID|RO)A\w+$/.test(principal);
}

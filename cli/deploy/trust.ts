import { spelledDocument } from "../../infra/policy-documents.ts";

/** Everybody whom a trust policy lets in, as it writes them: ARNs, ids, `*`, services, identity providers. */
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
 * Whether somebody is let in who is not of the accounts that manage the organization. An unique id stands for a user or a role that was deleted,
 * which nobody is any more (IAM User Guide, "IAM identifiers").
 */
export function isStranger(principal: string, managers: string[]): boolean {
  if (managers.includes(principal) || isUniqueId(principal)) return false;
  return !new RegExp(`^arn:aws[\\w-]*:(iam|sts)::(${managers.join("|")}):`).test(principal);
}

/** What IAM shows in place of an ARN once the user or the role is deleted (IAM User Guide, "IAM identifiers"). */
export function isUniqueId(principal: string): boolean {
  return /^A(ID|RO)A\w+$/.test(principal);
}

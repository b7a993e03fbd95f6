/** The end of sessions of the shared role, by a service control policy: pure functions. */

import type { PolicyDocument, PolicyStatement } from "./policies.ts";
import { spelledDocument } from "./policy-documents.ts";

/**
 * Seconds until nothing can be left of a session of a role. Its credentials last 12 hours at most, and a console that is opened by them in
 * the last minute lasts another 12 (IAM User Guide, "Enable custom identity broker access to the AWS console": `SessionDuration` is
 * separate from the credentials' duration).
 */
export const longestRoleSession = 43_200 + 43_200;

/** Sessions of the shared role that are to end: whose, where, and which. */
export interface EndedSessions {
  /** The role's name. */
  roleName: string;
  /** Names of users; `*` is everybody. */
  userNames: string[];
  /** Ids of accounts; every account of the units when left out. */
  accounts?: string[];
  /** Sessions that were made before this time end. */
  before: Date;
}

/**
 * The service control policy that ends sessions of the shared role in all accounts of the units at once. A session's `aws:userid` is the
 * role's id, a colon and the session's name (IAM User Guide, "AWS global condition context keys"). The role's trust policy makes the name
 * that of the user, which has no colon: `*:ann` matches ann alone, and not joann.
 */
export function endedSessionsPolicy(ended: EndedSessions[]): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: ended.map(({ roleName, userNames, accounts = ["*"], before }, index) => ({
      Sid: `EndSessions${index + 1}`,
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: {
        StringLike: { "aws:userid": userNames.map((name) => `*:${name}`) },
        ArnLike: { "aws:PrincipalArn": accounts.map((account) => `arn:aws:iam::${account}:role/${roleName}`) },
        DateLessThan: { "aws:TokenIssueTime": before.toISOString() },
      },
    })),
  };
}

/** The ends that such a policy contains; statements that somebody else has added are left out. */
export function endedSessionsIn(content: unknown): EndedSessions[] {
  return spelledDocument(content).Statement.flatMap((statement): EndedSessions[] => {
    const { Sid, Condition } = statement as Partial<PolicyStatement>;
    const list = (operator: string, key: string): string[] => [Condition?.[operator]?.[key] ?? []].flat();
    const arns = list("ArnLike", "aws:PrincipalArn").map((arn) => /^arn:aws:iam::(\d{12}|\*):role\/(.+)$/.exec(arn));
    const userNames = list("StringLike", "aws:userid").map((id) => id.replace(/^\*:/, ""));
    const [time = ""] = list("DateLessThan", "aws:TokenIssueTime");
    const [accounts, [roleName = ""]] = [arns.map((arn) => arn?.[1] ?? ""), arns.map((arn) => arn?.[2] ?? "")];
    if (Sid?.startsWith("EndSessions") !== true || roleName === "" || Number.isNaN(Date.parse(time))) return [];
    return [{ roleName, userNames, ...(!accounts.includes("*") && { accounts }), before: new Date(time) }];
  });
}

import { AwsError } from "../../errors.ts";
import type { Organization } from "../../model/organization.ts";
import { parseDocument } from "../../policy-document.ts";
import type { Operations } from "../service.ts";

/**
 * Delegating the management of policies to a member account (Organizations User Guide, "Delegated administrator for AWS Organizations").
 */
export const delegationOperations: Operations = {
  PutResourcePolicy: {
    on: () => "*",
    run({ aws: { organization }, input }) {
      organization.delegation = input.string("Content");
      parseDocument(organization.delegation);
      return { ResourcePolicy: show(organization) };
    },
  },
  DescribeResourcePolicy: {
    on: () => "*",
    run({ aws: { organization } }) {
      if (organization.delegation === undefined) {
        throw new AwsError(
          "ResourcePolicyNotFoundException",
          "We can't find a resource policy request with the parameter that you specified.",
        );
      }
      return { ResourcePolicy: show(organization) };
    },
  },
};

const show = (organization: Organization) => ({
  ResourcePolicySummary: { Id: "rp-abcd1234", Arn: organization.arn("resourcepolicy", "rp-abcd1234") },
  Content: organization.delegation ?? "",
});

interface Statement {
  Effect: string;
  Principal: { AWS: string | string[] };
  Action: string | string[];
}

/** Whether the delegation allows an account an action. Its conditions are not evaluated here. */
export function isDelegated({ delegation }: Organization, accountId: string, action: string): boolean {
  if (delegation === undefined) return false;
  const { Statement: statements } = JSON.parse(delegation) as { Statement: Statement[] };
  return statements.some(
    ({ Effect, Principal, Action }) =>
      Effect === "Allow" &&
      [Principal.AWS].flat().some((principal) => principal.includes(accountId)) &&
      [Action].flat().some((allowed) => allowed === action || allowed === "organizations:*"),
  );
}

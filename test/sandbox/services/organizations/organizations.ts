import { AwsError } from "../../errors.ts";
import { jsonProtocol } from "../../protocols/json.ts";
import type { Call, Operations, Service } from "../service.ts";
import { delegationOperations, isDelegated } from "./delegation.ts";
import { leavingOperations } from "./leaving.ts";
import { policyOperations } from "./policies.ts";
import { policyTypeOperations } from "./policy-types.ts";
import { treeOperations } from "./tree.ts";

/** AWS Organizations. */
export const organizations: Service = {
  name: "organizations",
  permissionPrefix: "organizations",
  protocol: jsonProtocol("1.1", "AWSOrganizationsV20161128"),
  admits(caller, { organization }) {
    if (!organization.accounts.has(caller.accountId)) {
      throw new AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.");
    }
  },
  operations: {
    DescribeOrganization: {
      on: () => "*",
      run({ aws: { organization } }) {
        const management = organization.account(organization.managementAccountId);
        return {
          Organization: {
            Id: organization.id,
            Arn: `arn:aws:organizations::${management.id}:organization/${organization.id}`,
            FeatureSet: "ALL",
            MasterAccountId: management.id,
            MasterAccountArn: organization.arn("account", management.id),
            MasterAccountEmail: management.email,
            AvailablePolicyTypes: [{ Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED" }],
          },
        };
      },
    },
    ...leavingOperations,
    ...fromManagementAccount({
      ...treeOperations,
      ...policyOperations,
      ...policyTypeOperations,
      ...delegationOperations,
    }),
  },
};

/** Restricts actions to the management account, and to accounts to which it has delegated them. */
function fromManagementAccount(operations: Operations): Operations {
  return Object.fromEntries(
    Object.entries(operations).map(([action, operation]) => [
      action,
      {
        ...operation,
        run(call: Call) {
          refuseMemberAccount(call, action);
          return operation.run(call);
        },
      },
    ]),
  );
}

function refuseMemberAccount({ caller: { accountId }, aws: { organization } }: Call, action: string): void {
  if (accountId === organization.managementAccountId) return;
  if (isDelegated(organization, accountId, `organizations:${action}`)) return;
  throw new AwsError("AccessDenied", "You don't have permissions to access this resource.", 400);
}

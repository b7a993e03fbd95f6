import { AwsError } from "../../errors.ts";
import type { Caller } from "../../model/caller.ts";
import { jsonProtocol } from "../../protocols/json.ts";
import type { Call, Operations, Service } from "../service.ts";
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
    ...fromManagementAccount({ ...treeOperations, ...policyOperations, ...policyTypeOperations }),
  },
};

/** Everything but DescribeOrganization and LeaveOrganization is for the management account only. */
function fromManagementAccount(operations: Operations): Operations {
  return Object.fromEntries(
    Object.entries(operations).map(([action, operation]) => [
      action,
      {
        ...operation,
        run(call: Call) {
          refuseMemberAccount(call.caller, call.aws.organization.managementAccountId);
          return operation.run(call);
        },
      },
    ]),
  );
}

function refuseMemberAccount(caller: Caller, managementAccountId: string): void {
  if (caller.accountId !== managementAccountId) {
    throw new AwsError("AccessDenied", "You don't have permissions to access this resource.", 400);
  }
}
